"""Header lines that fulfil conditions, found in C without making columns: `LineFilter`.

Only a plain text is filtered: header lines alone, in ascending order. Any other text has to be
scanned in full.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from procmaps.engines.engine_selection import engine
from procmaps.grammar.loading import Grammar

if TYPE_CHECKING:
    from procmaps.engines import _scanner

REFUSED: Final = 0
WANTED: Final = 1
MARKED: Final = 2
ODD: Final = 4
"""Verdicts on names: the ``enum`` in ``_c/core/scanner.h``."""

MAX_NAMES: Final = 1 << 16
"""Names whose verdict is kept: libraries are the same in all processes."""

FileCondition = tuple[int, bool, int, int, bool]
"""Inode, whether it is a condition, major, minor, and whether these are."""


class LineConditions(NamedTuple):
    """What a line must have.

    perms      For each value of `Perms.flags` a verdict, without `MARKED`.
    least      Bytes of the mapping, inclusive.
    most       Bytes of the mapping, inclusive.
    files      Conditions on device and inode, any of them; at most 64. None: no condition.
    verdict    Gives the verdict on a name column; the empty one is that of unnamed memory.
    """

    perms: bytes
    least: int
    most: int
    files: tuple[FileCondition, ...]
    verdict: Callable[[bytes], int]


class PlainLines(NamedTuple):
    """What was found in a plain text.

    lines   The lines, joined, each with its line end.
    mark    First address of the first mapping whose name is `MARKED`; None without one.
    """

    lines: bytes
    mark: int | None


class LineFilter:
    """Finds lines in any number of texts. A thread that uses it must be the only one."""

    def __init__(self, grammar: Grammar, conditions: LineConditions) -> None:
        """*grammar* must have byte tables: see `can_filter`."""
        self._grammar = grammar
        self._conditions = conditions
        self._filter = self._new()

    def run(self, text: bytes) -> PlainLines | None:
        """Return what is found in *text*; None if it has to be scanned in full."""
        found = self._filter.run(text)
        if found is not None and self._learn(found[1]):
            found = self._filter.run(text)
        return None if found is None else PlainLines(found[0], found[2])

    def read(self, path: str) -> PlainLines | None:
        """Return what is found in the text of a file of procfs, as `run` does.

        None also if the file cannot be read to its end for any reason, such as a signal.
        """
        if len(self._filter) > MAX_NAMES:
            self._filter = self._new()
        found = self._filter.read(os.fsencode(path))
        if found is not None and self._learn(found[1]):
            found = self._filter.again()
        return None if found is None else PlainLines(found[0], found[2])

    def _learn(self, unknown: bytes) -> bool:
        """Give the filter a verdict on each name, and return whether there is any."""
        for name in {*unknown.split(b"\n")[:-1]}:
            self._filter.know(name, self._conditions.verdict(name))
        return bool(unknown)

    def _new(self) -> _scanner.LineFilter:
        from procmaps.engines import _scanner, native_engine  # noqa: PLC0415 - where it was built

        tables = native_engine.scanner_tables(self._grammar)
        assert tables is not None  # noqa: S101 - `can_filter` has looked
        wanted = self._conditions
        # A secret key, so that nobody can choose names whose hashes collide.
        return _scanner.LineFilter(
            tables,
            os.urandom(16),
            wanted.perms,
            wanted.least,
            wanted.most,
            wanted.files,
            wanted.verdict(b""),
        )


def can_filter(grammar: Grammar) -> bool:
    """Return whether the native engine is in use, and reads texts of this grammar."""
    return engine() == "native" and grammar.programs is not None
