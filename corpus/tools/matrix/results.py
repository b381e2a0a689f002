"""What came of running every peer, as the two pages need it."""

from __future__ import annotations

import fnmatch
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import attrs

from corpus.tools.matrix.peers import Peer
from procmaps.check.cases import Case
from procmaps.check.verdicts import Verdict

_CLASSES: Final = Path(__file__).with_name("classes.toml")
_FORMAT: Final = "The format"
_PLAIN: Final = ("names/plain.maps", "names/plain.smaps", "pseudo/heap.maps", "pseudo/heap.smaps")
"""Dumps that nothing is special in: one with a file, one without."""


@attrs.frozen
class Shown:
    """A failure as its smallest dump shows it."""

    verdict: Verdict
    dump: bytes
    lines: tuple[int, ...]


@attrs.frozen(kw_only=True)
class Row:
    """One peer: what it made of each case that it was asked."""

    peer: Peer
    version: str = ""
    """What was run."""
    verdicts: Mapping[str, Verdict] = attrs.field(factory=dict[str, Verdict])
    failures: Mapping[str, Shown] = attrs.field(factory=dict[str, Shown])
    reason: str = ""
    """Why it was not run."""

    @property
    def counts(self) -> Counter[str]:
        """How many cases came out how."""
        return Counter(verdict.outcome for verdict in self.verdicts.values())


@attrs.frozen
class Class:
    """Cases that ask the same of a parser."""

    title: str
    short: str
    """The title where there is little room."""
    part: str
    cases: tuple[str, ...]
    names: bool
    """Whether it is about names: what a parser gets wrong of any line is not counted there."""


@attrs.frozen
class Results:
    """All of it."""

    cases: Sequence[Case]
    rows: Sequence[Row]

    @property
    def ran(self) -> list[Row]:
        """The peers that were run."""
        return [row for row in self.rows if not row.reason]

    def classes(self) -> list[Class]:
        """The classes of ``classes.toml`` with the ids of their cases. Raises `LookupError`."""
        table = tomllib.loads(_CLASSES.read_text())["class"]
        found: dict[str, list[str]] = {entry["title"]: [] for entry in table}
        for case in self.cases:
            bare = case.id.rpartition(".")[0]
            title = next(
                (
                    entry["title"]
                    for entry in table
                    if any(fnmatch.fnmatchcase(bare, glob) for glob in entry["cases"])
                ),
                None,
            )
            if title is None:
                raise LookupError(f"{case.id} belongs to no class of {_CLASSES.name}")
            found[title].append(case.id)
        return [
            Class(e["title"], e["short"], e["part"], tuple(found[e["title"]]), e["part"] != _FORMAT)
            for e in table
        ]


def tally(row: Row, item: Class) -> Counter[str]:
    """How the cases of a class came out for a peer; empty where it was asked none of them.

    A parser that misreads the inode of a plain library is not broken by a label beside one: in the
    classes of names, what it gets wrong of plain dumps in the same way counts as right.
    """
    plain = {row.verdicts[case].key for case in _PLAIN if case in row.verdicts} - {"pass"}
    return Counter(
        "pass" if item.names and verdict.key in plain else verdict.outcome
        for verdict in (row.verdicts[case] for case in item.cases if case in row.verdicts)
    )
