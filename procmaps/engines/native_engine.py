"""The native engine: the C scanner (``_c/``) runs the byte tables of `to_byte_tables`.

It fills the very arrays of `Columns`. A line that no table takes goes to the reference engine:
that line, never the file.
"""

from __future__ import annotations

import functools
import secrets
from array import array
from collections.abc import Iterator

from procmaps.engines import _scanner
from procmaps.engines.columns import Columns
from procmaps.engines.lark_engine import read_line
from procmaps.grammar.loading import Grammar
from procmaps.grammar.parsed_line import FieldLine, HeaderLine
from procmaps.grammar.to_byte_tables import USAGE, programs

COLUMNS = ("at", "start", "end", "perms", "offset", "major", "minor", "inode", "name", "usage_row")
"""The columns of header lines, in the order of ``_scanner.Session.run``."""

DONE, ODD, ROWS_FULL, BODIES_FULL, NO_USAGE, KEPT_FULL = range(6)
"""Why ``_scanner.Session.run`` came back."""

FEW_ROWS = 64
"""Rows to make room for at first, and behind a line that is not canonical."""

GROWTH = 64
"""How many times the rows just read to make room for next: what is not used costs time, too."""

UNSET = memoryview(b"\xff" * 65536)
"""What room is made of: all bits set is what `procmaps.engines.usage_table.MISSING` and ``ABSENT``
are."""

KEPT = 256
"""Lines with unknown keys kept in one run, four numbers each."""


@functools.cache
def machine(grammar: Grammar) -> _scanner.Machine | None:
    """The machine of a dialect; None where its rules cannot be tables."""
    compiled = programs(grammar)
    if compiled is None:
        return None
    return _scanner.Machine(
        addresses=compiled.addresses,
        middle=compiled.middle,
        name=compiled.name,
        size=compiled.size,
        count=compiled.count,
        flags=compiled.flags,
        text=compiled.text,
        keys=compiled.keys,
        columns=len(USAGE) + 1,
    )


def scan(text: bytes, grammar: Grammar, tables: _scanner.Machine) -> Columns:
    """Read *text* into columns, the same as `procmaps.grammar.loading.scan` does."""
    return _Scanner(text, grammar, tables).run()


class _Scanner:
    """One pass over one text."""

    def __init__(self, text: bytes, grammar: Grammar, tables: _scanner.Machine) -> None:
        self.text = text
        self.grammar = grammar
        self.columns = Columns()
        self.usage_table = self.columns.usage_table
        # A secret, so that nobody can name his memory to make the table of names slow.
        seed = secrets.randbits(64)
        names, flags = self.columns.names.texts, self.usage_table.flags.texts
        self.session = _scanner.Session(tables, text, names=len(names), flags=len(flags), seed=seed)
        self.headers = tuple(getattr(self.columns, name) for name in COLUMNS)
        self.usage: tuple[array[int] | None, ...] = (None,) * (len(USAGE) + 1)
        self.filled = array("Q", bytes(8 * (len(USAGE) + 1)))
        self.kept = array("Q", bytes(8 * 4 * KEPT))

    def run(self) -> Columns:
        at, stop = 0, DONE
        rows = bodies = FEW_ROWS
        while at < len(self.text):
            had_rows, had_bodies = len(self.columns), self.usage_table.rows
            behind, stop = self._run(at, rows, bodies)
            if stop == ODD:
                behind = self._odd(behind)
                rows = bodies = FEW_ROWS
            elif stop == NO_USAGE:
                self._add_usage()
            elif stop == ROWS_FULL:
                rows = self._room(behind, len(self.columns), len(self.columns) - had_rows)
            elif stop == BODIES_FULL:
                bodies = self._room(
                    behind, self.usage_table.rows, self.usage_table.rows - had_bodies
                )
                self._drop_unused()
            at = behind
        for column, filled in self._used():
            del column[filled:]
        numbers = self.usage_table.numbers
        for attribute in [attribute for attribute, column in numbers.items() if not column]:
            del numbers[attribute]
        return self.columns

    def _room(self, at: int, found: int, added: int) -> int:
        """Rows to make room for: a few times what was just read, or what the rest should need."""
        rest = (len(self.text) - at) * found // max(at, 1)
        return max(FEW_ROWS, min(GROWTH * added, rest + rest // 64 + 8))

    def _run(self, at: int, rows: int, bodies: int) -> tuple[int, int]:
        """Read lines from *at* on, with room for so many *rows* and *bodies* more.

        Gives the place of the next line, and why it was not read.
        """
        columns, table = self.columns, self.usage_table
        for column in self.headers:
            _extend(column, rows)
        for column, _ in self._used():
            _extend(column, table.rows + bodies - len(column))
        count = len(columns.start) - rows
        try:
            at, count, table.rows, kept, stop = self.session.run(
                at, count, table.rows, self.headers, self.usage, self.filled, self.kept
            )
        finally:
            for column in self.headers:
                del column[count:]
            # Up to the last row what is not filled may stay: it says so. That bounds the work.
            for column, filled in self._used():
                del column[max(filled, table.rows - 1) :]
        for name in self.session.fresh_names():
            columns.names.index(name)
        for flags in self.session.fresh_flags():
            table.flags.index(flags)
        for first in range(0, 4 * kept, 4):
            row, start, colon, end = self.kept[first : first + 4]
            table.extend_texts("text", self.text[start : colon - 1], row, (self.text[colon:end],))
        return at, stop

    def _odd(self, at: int) -> int:
        """Have the reference engine read one line; tell the session what it has learned there."""
        lengths = [len(column or ()) for column in self.usage]
        at, event = read_line(self.text, at, self.grammar, self.columns)
        if isinstance(event, HeaderLine) and event.name:
            self.session.know_name(event.name, self.columns.names.index(event.name))
        elif isinstance(event, FieldLine) and event.form == "flags":
            self.session.know_flags(event.text, self.usage_table.flags.index(event.text))
        for place, (column, length) in enumerate(zip(self.usage, lengths, strict=True)):
            if column is not None and len(column) > length:
                self.filled[place] = len(column)
        return at

    def _drop_unused(self) -> None:
        """Take the room from fields that no entry had so far."""
        for column, filled in self._used():
            if not filled:
                del column[:]
        pairs = zip(self.usage, self.filled, strict=True)
        self.usage = tuple(column if filled else None for column, filled in pairs)

    def _used(self) -> Iterator[tuple[array[int], int]]:
        """The usage columns that there is room in, each with how far it is filled."""
        pairs = zip(self.usage, self.filled, strict=True)
        return ((column, filled) for column, filled in pairs if column is not None)

    def _add_usage(self) -> None:
        """Make room for every field: there is one in the text that there was no room for."""
        numbers = self.usage_table.numbers
        columns = (
            *(numbers.setdefault(attribute, array("Q")) for attribute in USAGE),
            self.usage_table.vm_flags,
        )
        for place, (column, known) in enumerate(zip(columns, self.usage, strict=True)):
            if known is None:
                self.filled[place] = len(column)
        self.usage = columns


def _extend(column: array[int], rows: int) -> None:
    """Make room for so many *rows* more."""
    wanted = column.itemsize * rows
    for size in (*[len(UNSET)] * (wanted // len(UNSET)), wanted % len(UNSET)):
        column.frombytes(UNSET[:size])
