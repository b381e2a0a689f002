"""The native engine: the C scanner (``_c/``) runs the byte tables compiled from the grammar.

The scanner fills the arrays of `ColumnBuffers` directly. A line that matches no table goes to the
reference engine; the rest of the file does not.
"""

from __future__ import annotations

import functools
import secrets
from array import array
from collections.abc import Iterator

from procmaps.engines import _scanner
from procmaps.engines.column_buffers import ColumnBuffers
from procmaps.engines.lark_engine import read_line
from procmaps.grammar.loading import Grammar
from procmaps.grammar.parsed_line import FieldLine, HeaderLine
from procmaps.grammar.to_byte_tables import USAGE, compile_grammar

HEADER_COLUMNS = (
    "line_offset",
    "start",
    "end",
    "perms",
    "offset",
    "major",
    "minor",
    "inode",
    "name_index",
    "usage_row",
)
"""The columns of header lines, in the order that ``_scanner.Scanner.run`` takes them."""

(
    DONE,
    UNMATCHED,
    ROWS_FULL,
    USAGE_ROWS_FULL,
    NO_USAGE_COLUMN,
    UNKNOWN_FIELDS_FULL,
) = range(6)
"""Why ``_scanner.Scanner.run`` returned: ``Stop`` in ``_c/core/scanner.h``."""

MIN_ROWS = 64
"""Rows to make room for at the start and after an unmatched line."""

GROWTH = 64
"""Rows to make room for, as a multiple of the rows just read. Unused room costs time, too."""

UNSET = memoryview(b"\xff" * 65536)
"""Fills new rows. `MISSING` and ``ABSENT`` of `usage_block_table` have all bits set."""

UNKNOWN_FIELDS = 256
"""Lines with an unknown key that one run can return, four numbers each."""


@functools.cache
def scanner_tables(grammar: Grammar) -> _scanner.ScannerTables | None:
    """Return the byte tables of a dialect, or None if its rules cannot be compiled to tables."""
    compiled = compile_grammar(grammar)
    if compiled is None:
        return None
    return _scanner.ScannerTables(
        addresses=compiled.addresses,
        fixed_columns=compiled.fixed_columns,
        name=compiled.name,
        size=compiled.size,
        count=compiled.count,
        flags=compiled.flags,
        text=compiled.text,
        keys=compiled.keys,
        columns=len(USAGE) + 1,
    )


def scan(text: bytes, grammar: Grammar, tables: _scanner.ScannerTables) -> ColumnBuffers:
    """Read *text* into the columns that `procmaps.engines.lark_engine.scan` returns."""
    return _Scan(text, grammar, tables).run()


class _Scan:
    """One pass over one text."""

    def __init__(self, text: bytes, grammar: Grammar, tables: _scanner.ScannerTables) -> None:
        self.text = text
        self.grammar = grammar
        self.columns = ColumnBuffers()
        self.usage_table = self.columns.usage_table
        # A secret seed, so that nobody can choose names whose hashes collide.
        seed = secrets.randbits(64)
        names, flags = self.columns.names.texts, self.usage_table.flags.texts
        self.scanner = _scanner.Scanner(tables, text, names=len(names), flags=len(flags), seed=seed)
        self.headers = tuple(getattr(self.columns, name) for name in HEADER_COLUMNS)
        self.usage: tuple[array[int] | None, ...] = (None,) * (len(USAGE) + 1)
        self.filled = array("Q", bytes(8 * (len(USAGE) + 1)))
        self.unknown_fields = array("Q", bytes(8 * 4 * UNKNOWN_FIELDS))

    def run(self) -> ColumnBuffers:
        offset, stop = 0, DONE
        rows = usage_rows = MIN_ROWS
        while offset < len(self.text):
            rows_before, usage_rows_before = len(self.columns), self.usage_table.rows
            offset, stop = self._run(offset, rows, usage_rows)
            if stop == UNMATCHED:
                offset = self._read_unmatched(offset)
                rows = usage_rows = MIN_ROWS
            elif stop == NO_USAGE_COLUMN:
                self._add_usage_columns()
            elif stop == ROWS_FULL:
                found = len(self.columns)
                rows = self._rows_to_add(offset, found, found - rows_before)
            elif stop == USAGE_ROWS_FULL:
                found = self.usage_table.rows
                usage_rows = self._rows_to_add(offset, found, found - usage_rows_before)
                self._drop_empty_columns()
        for column, filled in self._usage_columns():
            del column[filled:]
        numbers = self.usage_table.numbers
        for attribute in [attribute for attribute, column in numbers.items() if not column]:
            del numbers[attribute]
        return self.columns

    def _rows_to_add(self, offset: int, found: int, added: int) -> int:
        """Return how many rows to make room for.

        That is a multiple of the rows just *added*, or what the rest of the text should need.
        """
        rest = (len(self.text) - offset) * found // max(offset, 1)
        return max(MIN_ROWS, min(GROWTH * added, rest + rest // 64 + 8))

    def _run(self, offset: int, rows: int, usage_rows: int) -> tuple[int, int]:
        """Scan from *offset* on, with room for *rows* and *usage_rows* more rows.

        Returns the offset of the next line, and why the scanner stopped.
        """
        columns, table = self.columns, self.usage_table
        for column in self.headers:
            _extend(column, rows)
        for column, _ in self._usage_columns():
            _extend(column, table.rows + usage_rows - len(column))
        count = len(columns.start) - rows
        try:
            offset, count, table.rows, unknown, stop = self.scanner.run(
                offset,
                count,
                table.rows,
                self.headers,
                self.usage,
                self.filled,
                self.unknown_fields,
            )
        finally:
            for column in self.headers:
                del column[count:]
            # Unset items before the last row can stay: they are MISSING. That bounds the work.
            for column, filled in self._usage_columns():
                del column[max(filled, table.rows - 1) :]
        for name in self.scanner.new_names():
            columns.names.index(name)
        for flags in self.scanner.new_flags():
            table.flags.index(flags)
        for first in range(0, 4 * unknown, 4):
            row, start, colon, end = self.unknown_fields[first : first + 4]
            table.extend_texts("text", self.text[start : colon - 1], row, (self.text[colon:end],))
        return offset, stop

    def _read_unmatched(self, offset: int) -> int:
        """Read one line with the reference engine; return its end offset.

        The scanner is given the texts that this line added, and the new column lengths.
        """
        lengths = [len(column or ()) for column in self.usage]
        offset, line = read_line(self.text, offset, self.grammar, self.columns)
        if isinstance(line, HeaderLine) and line.name:
            self.scanner.add_name(line.name, self.columns.names.index(line.name))
        elif isinstance(line, FieldLine) and line.form == "flags":
            self.scanner.add_flags(line.text, self.usage_table.flags.index(line.text))
        for index, (column, length) in enumerate(zip(self.usage, lengths, strict=True)):
            if column is not None and len(column) > length:
                self.filled[index] = len(column)
        return offset

    def _drop_empty_columns(self) -> None:
        """Free the room of fields that no entry had so far."""
        for column, filled in self._usage_columns():
            if not filled:
                del column[:]
        pairs = zip(self.usage, self.filled, strict=True)
        self.usage = tuple(column if filled else None for column, filled in pairs)

    def _usage_columns(self) -> Iterator[tuple[array[int], int]]:
        """Yield each usage column that has room, and how far it is filled."""
        pairs = zip(self.usage, self.filled, strict=True)
        return ((column, filled) for column, filled in pairs if column is not None)

    def _add_usage_columns(self) -> None:
        """Make room for every field, because the text has one without a column."""
        numbers = self.usage_table.numbers
        columns = (
            *(numbers.setdefault(attribute, array("Q")) for attribute in USAGE),
            self.usage_table.flags_index,
        )
        for index, (column, known) in enumerate(zip(columns, self.usage, strict=True)):
            if known is None:
                self.filled[index] = len(column)
        self.usage = columns


def _extend(column: array[int], rows: int) -> None:
    """Append *rows* unset items."""
    size = column.itemsize * rows
    for chunk in (*[len(UNSET)] * (size // len(UNSET)), size % len(UNSET)):
        column.frombytes(UNSET[:chunk])
