"""``expected.json``: what a peer fails at, and the smallest dump that shows each failure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import cast

import attrs

from corpus.tools.matrix import peers
from corpus.tools.matrix.peers import Peer
from corpus.tools.matrix.results import Results, Row
from corpus.tools.matrix.views import asked_of
from procmaps.check.cases import Case
from procmaps.check.verdicts import Difference, Outcome, Verdict


@attrs.frozen
class Failure:
    """A case that a peer fails at."""

    verdict: str
    """The verdict's key: ``wrong:name``."""
    lines: tuple[int, ...]
    """The lines of the case's dump, from 0, that show it alone."""


@attrs.frozen(kw_only=True)
class Expected:
    """What is known of one version of a peer; every other case that it is asked passes."""

    version: str
    passes: int = 0
    fails: Mapping[str, Failure] = attrs.field(factory=dict[str, Failure])

    def moved(self, verdicts: Mapping[str, Verdict]) -> Iterator[str]:
        """What is other than expected, in words; a failure that is gone is one, too."""
        for case, verdict in verdicts.items():
            known = self.fails.get(case)
            if (known.verdict if known else "pass") != verdict.key:
                was = known.verdict if known else "pass"
                told = f": {verdict.detail}" if verdict.detail else ""
                yield f"{case}: {verdict.key}, where {was} was expected{told}"
        for case in self.fails.keys() - verdicts.keys():
            yield f"{case}: expected to fail, and no such case is asked any more"


def known(every: Iterable[Case]) -> Results:
    """What is known of all peers, without running any: their verdicts are right or wrong so."""
    cases = list(every)
    return Results(cases, [_row(peer, cases) for peer in peers.load()])


def _row(peer: Peer, cases: Iterable[Case]) -> Row:
    if peer.reason:
        return Row(peer=peer, reason=peer.reason)
    expected = load(peer)
    verdicts = {
        case.id: _verdict(expected.fails[case.id].verdict if case.id in expected.fails else "pass")
        for case in cases
        if case.kind in peer.reads and asked_of(peer, case) is not None
    }
    return Row(peer=peer, version=expected.version, verdicts=verdicts)


def _verdict(key: str) -> Verdict:
    outcome, _, fields = key.partition(":")
    differences = tuple(Difference(field, "", "") for field in fields.split(",") if field)
    return Verdict(cast("Outcome", outcome), differences)


def load(peer: Peer) -> Expected:
    """What is expected of a peer; nothing fails where it was never run."""
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
    """Write it with one failure a line, so that a change of one is a line of a diff."""
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
