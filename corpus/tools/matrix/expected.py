"""``expected.json``: the known failures of a peer with their smallest dumps, and its probes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import cast

import attrs

from corpus.tools.matrix import read_peers
from corpus.tools.matrix.read_peers import Peer
from corpus.tools.matrix.results import Finding, Results, Row, Tried
from corpus.tools.matrix.views import case_for
from procmaps.check.cases import Case
from procmaps.check.display import shorten
from procmaps.check.verdicts import Difference, Outcome, Verdict, Weight
from procmaps.printable import visible


@attrs.frozen
class Failure:
    """The failure of a peer on one case."""

    verdict: str
    """Key of the verdict, such as ``wrong:name``."""
    lines: tuple[int, ...]
    """The lines of the case's dump, from 0, that suffice to show the failure."""
    weight: Weight = ""
    """Its weight; empty in a file of a former version, for that of the verdict."""
    policy: str = ""
    caused: bool = True

    @property
    def finding(self) -> Finding:
        """What it means."""
        return Finding(self.weight or _verdict(self.verdict).weight, self.policy, self.caused)


@attrs.frozen(kw_only=True)
class Expected:
    """The known verdicts of one version of a peer. Every case that is not listed passes."""

    version: str
    passes: int = 0
    fails: Mapping[str, Failure] = attrs.field(factory=dict[str, Failure])
    probes: Mapping[str, Tried] = attrs.field(factory=dict[str, Tried])
    """The results of the probes. A probe that is not listed does not concern the peer."""

    def changes(self, verdicts: Mapping[str, Verdict]) -> Iterator[str]:
        """Yield one line for each verdict that is not as expected. A fixed failure counts, too."""
        for case, verdict in verdicts.items():
            known = self.fails.get(case)
            if (known.verdict if known else "pass") != verdict.key:
                was = known.verdict if known else "pass"
                detail = f": {shorten(verdict.detail)}" if verdict.detail else ""
                yield f"{case}: expected {was}, got {verdict.key}{detail}"
        for case in self.fails.keys() - verdicts.keys():
            yield f"{case}: expected to fail, but the case no longer exists or applies"

    def changed_findings(self, findings: Mapping[str, Finding]) -> Iterator[str]:
        """Yield one line for each known failure that now means something else."""
        for case, failure in self.fails.items():
            now = findings.get(case)
            if now is not None and now != failure.finding:
                yield f"{case}: expected {_meaning(failure.finding)}, got {_meaning(now)}"

    def changed_probes(self, probes: Mapping[str, Tried]) -> Iterator[str]:
        """Yield one line for each result of a probe that is not as expected."""
        for probe in sorted(self.probes.keys() | probes.keys()):
            if (was := self.probes.get(probe)) != (now := probes.get(probe)):
                yield f"probes/{probe}: expected {_in_words(was)}, got {_in_words(now)}"


def _meaning(finding: Finding) -> str:
    if not finding.caused:
        return "a failure of its control"
    return (
        f"a failure that the policy {finding.policy} explains"
        if finding.policy
        else (f"a failure of the weight {finding.weight}")
    )


def _in_words(tried: Tried | None) -> str:
    if tried is None:
        return "a name that it does not show"
    if not tried.caused and tried.verdict != "pass":
        return f"{tried.verdict} with and without the name"
    return " ".join(filter(None, (tried.verdict, tried.how, visible(tried.shown))))


def known(every: Iterable[Case]) -> Results:
    """Return the known results of all peers without running any."""
    cases = list(every)
    return Results(cases, [_row(peer, cases) for peer in read_peers.load()])


def _row(peer: Peer, cases: Iterable[Case]) -> Row:
    if peer.reason:
        return Row(peer=peer, reason=peer.reason)
    expected = load(peer)
    verdicts = {
        case.id: _verdict(expected.fails[case.id].verdict if case.id in expected.fails else "pass")
        for case in cases
        if case.kind in peer.reads and case_for(peer, case) is not None
    }
    findings = {case: failure.finding for case, failure in expected.fails.items()}
    return Row(
        peer=peer,
        version=expected.version,
        verdicts=verdicts,
        findings=findings,
        probes=expected.probes,
    )


def _verdict(key: str) -> Verdict:
    outcome, _, fields = key.partition(":")
    differences = tuple(Difference(field, "", "") for field in fields.split(",") if field)
    return Verdict(cast("Outcome", outcome), differences)


def load(peer: Peer) -> Expected:
    """Return the known verdicts of a peer, without a failure if it was never run."""
    file = _file(peer)
    if not file.is_file():
        return Expected(version=peer.version)
    data = json.loads(file.read_text())
    return Expected(
        version=data["version"],
        passes=data["passes"],
        fails={
            case: Failure(**entry | {"lines": tuple(entry["lines"])})
            for case, entry in data["fails"].items()
        },
        probes={probe: Tried(**entry) for probe, entry in data.get("probes", {}).items()},
    )


def save(peer: Peer, expected: Expected) -> None:
    """Write ``expected.json`` with one failure or probe per line, for short diffs."""
    _file(peer).write_text(
        f'{{\n  "version": {json.dumps(expected.version)},\n'
        f'  "passes": {expected.passes},\n'
        f'  "fails": {_lines(expected.fails)},\n  "probes": {_lines(expected.probes)}\n}}\n'
    )


def forget(peer: Peer) -> None:
    """Remove the verdicts of a peer that is not run any more."""
    _file(peer).unlink(missing_ok=True)


def _lines(entries: Mapping[str, Failure | Tried]) -> str:
    lines = ",\n".join(
        f"    {json.dumps(key)}: {json.dumps(attrs.asdict(entry))}"
        for key, entry in sorted(entries.items())
    )
    return f"{{\n{lines}\n  }}" if lines else "{}"


def _file(peer: Peer) -> Path:
    return peer.folder / "expected.json"
