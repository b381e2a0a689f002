"""``expected.json``: the known failures of a peer, with the smallest dump for each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import cast

import attrs

from corpus.tools.matrix import read_peers
from corpus.tools.matrix.read_peers import Peer
from corpus.tools.matrix.results import Results, Row
from corpus.tools.matrix.views import case_for
from procmaps.check.cases import Case
from procmaps.check.display import shorten
from procmaps.check.verdicts import Difference, Outcome, Verdict


@attrs.frozen
class Failure:
    """The failure of a peer on one case."""

    verdict: str
    """Key of the verdict, such as ``wrong:name``."""
    lines: tuple[int, ...]
    """The lines of the case's dump, from 0, that suffice to show the failure."""


@attrs.frozen(kw_only=True)
class Expected:
    """The known verdicts of one version of a peer. Every case that is not listed passes."""

    version: str
    passes: int = 0
    fails: Mapping[str, Failure] = attrs.field(factory=dict[str, Failure])

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
    return Row(peer=peer, version=expected.version, verdicts=verdicts)


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
            case: Failure(entry["verdict"], tuple(entry["lines"]))
            for case, entry in data["fails"].items()
        },
    )


def save(peer: Peer, expected: Expected) -> None:
    """Write ``expected.json`` with one failure per line, for short diffs."""
    fails = ",\n".join(
        f"    {json.dumps(case)}: {json.dumps(attrs.asdict(failure))}"
        for case, failure in sorted(expected.fails.items())
    )
    body = f"{{\n{fails}\n  }}" if fails else "{}"
    _file(peer).write_text(
        f'{{\n  "version": {json.dumps(expected.version)},\n'
        f'  "passes": {expected.passes},\n  "fails": {body}\n}}\n'
    )


def _file(peer: Peer) -> Path:
    return peer.folder / "expected.json"
