"""``expected.json``: what a peer fails at, and the smallest dump that shows each failure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs

from corpus.matrix.peers import Peer
from procmaps.check.verdicts import Verdict


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
