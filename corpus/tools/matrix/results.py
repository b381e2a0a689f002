"""The results of running every peer, in the form that the pages need."""

from __future__ import annotations

import fnmatch
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import attrs

from corpus.tools.matrix.read_peers import Peer
from procmaps.check.cases import Case
from procmaps.check.verdicts import Verdict

_CLASSES: Final = Path(__file__).with_name("classes.toml")
_FORMAT: Final = "The format"
_PLAIN: Final = ("names/plain.maps", "names/plain.smaps", "pseudo/heap.maps", "pseudo/heap.smaps")
"""Ordinary dumps: one with a file, one without, each as maps and smaps."""


@attrs.frozen
class SmallestFailure:
    """A failure, and the smallest dump that shows it."""

    verdict: Verdict
    dump: bytes
    lines: tuple[int, ...]


@attrs.frozen(kw_only=True)
class Row:
    """The verdicts of one peer."""

    peer: Peer
    version: str = ""
    """The version that was run."""
    verdicts: Mapping[str, Verdict] = attrs.field(factory=dict[str, Verdict])
    failures: Mapping[str, SmallestFailure] = attrs.field(factory=dict[str, SmallestFailure])
    reason: str = ""
    """Reason why the peer was not run, or an empty string."""

    @property
    def counts(self) -> Counter[str]:
        """Number of cases by outcome."""
        return Counter(verdict.outcome for verdict in self.verdicts.values())


@attrs.frozen
class Class:
    """A class of cases that test the same thing."""

    title: str
    short: str
    """Title for the head of a narrow column."""
    part: str
    cases: tuple[str, ...]
    names: bool
    """Whether the class is about names. Errors that occur on any line do not count there."""


@attrs.frozen
class Results:
    """All cases, and the row of each peer."""

    cases: Sequence[Case]
    rows: Sequence[Row]

    @property
    def ran(self) -> list[Row]:
        """The rows of the peers that were run."""
        return [row for row in self.rows if not row.reason]

    def classes(self) -> list[Class]:
        """Return the classes of ``classes.toml`` with the ids of their cases.

        Raises `LookupError` if a case belongs to no class.
        """
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
    """Return the number of cases of a class by outcome; empty if none applies to the peer.

    In the classes of names, an error that also occurs on ordinary dumps counts as a pass. A parser
    that misreads the inode of every library is not broken by a label.
    """
    plain = {row.verdicts[case].key for case in _PLAIN if case in row.verdicts} - {"pass"}
    return Counter(
        "pass" if item.names and verdict.key in plain else verdict.outcome
        for verdict in (row.verdicts[case] for case in item.cases if case in row.verdicts)
    )
