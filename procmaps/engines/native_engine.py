"""The native engine: the C scanner (``_c/``) runs the byte tables compiled from the grammar.

The scanner fills the arrays of `ColumnBuffers` directly. A line that the tables do not decide is
read by the compiled expressions; the rest of the file is not.
"""

from __future__ import annotations

import functools
import os
from array import array

from procmaps.engines import _scanner
from procmaps.engines.column_buffers import ColumnBuffers
from procmaps.engines.usage_block_table import UsageTable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from procmaps.grammar.loading import Grammar

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
    EXTRA_FULL,
    UNPARSED_FULL,
) = range(7)
"""Why ``_scanner.Scanner.run`` returned: ``Stop`` in ``_c/core/scanner.h``."""

MIN_ROWS = 64
"""Rows to make room for at least, and after an unmatched line."""

FIRST_ROWS = 1 << 10
"""Rows to make room for at most, before a row was read."""

LINE_BYTES, ENTRY_BYTES = 100, 600
"""A header line, and an entry with all fields of a recent kernel, have about as many bytes or more.

They are the sizes by which the first rows are counted. A text with smaller entries takes more runs.
"""

GROWTH = 64
"""Rows to make room for, as a multiple of the rows just read. Unused room costs time, too."""

UNSET = memoryview(b"\xff" * 65536)
"""Fills new rows. `MISSING` and ``ABSENT`` of `usage_block_table` have all bits set."""

RECORDS = 64
"""Usage rows with unknown keys, and ranges of unparsed lines, that the first run can return."""

MAX_RECORDS = 1 << 14
"""The same for a later run. Each run without room for more doubles it."""


@functools.cache
def scanner_tables(grammar: Grammar) -> _scanner.ScannerTables | None:
    """Return the byte tables of a dialect, or None if its rules cannot be compiled to tables."""
    if grammar.programs is None:
        return None
    return _scanner.ScannerTables(**grammar.programs, columns=len(grammar.usage_columns) + 1)


def scan(
    text: bytes, grammar: Grammar, tables: _scanner.ScannerTables, *, stop: bool = False
) -> ColumnBuffers:
    """Read *text* into the columns that `procmaps.engines.lark_engine.scan` returns.

    Raises `MemoryError`.
    """
    return _Scan(text, grammar, tables, stop=stop).run()


class _Scan:
    """One pass over one text."""

    def __init__(
        self, text: bytes, grammar: Grammar, tables: _scanner.ScannerTables, *, stop: bool
    ) -> None:
        self.text = text
        self.stop = stop
        # A secret key, so that nobody can choose names whose hashes collide.
        key = os.urandom(16)
        names = _scanner.Texts(text, key, first=(b"",))
        flags = _scanner.Texts(text, key, first=())
        self.usage_table = UsageTable(flags=flags)
        self.columns = ColumnBuffers(text, grammar, names=names, usage_table=self.usage_table)
        self.scanner = _scanner.Scanner(tables, text, names, flags)
        self.headers = tuple(getattr(self.columns, name) for name in HEADER_COLUMNS)
        columns = len(grammar.usage_columns) + 1
        self.usage: tuple[array[int] | None, ...] = (None,) * columns
        self.filled = array("Q", bytes(8 * columns))
        self.extra = array("Q", bytes(8 * 3 * RECORDS))
        # Without room for a range, the scanner stops at the first line that it cannot read.
        self.unparsed = array("Q", b"" if stop else bytes(8 * 2 * RECORDS))

    def run(self) -> ColumnBuffers:
        offset, why = 0, DONE
        rows, usage_rows = self._first_rows(0, LINE_BYTES), MIN_ROWS
        while offset < len(self.text) and not (self.stop and self.columns.unparsed):
            rows_before, usage_rows_before = len(self.columns), self.usage_table.rows
            offset, why = self._run(offset, rows, usage_rows)
            if why == UNMATCHED or (self.stop and why == UNPARSED_FULL):
                offset = self._read_unmatched(offset)
                rows = usage_rows = MIN_ROWS
            elif why in (EXTRA_FULL, UNPARSED_FULL):
                self._add_records()
                rows = usage_rows = MIN_ROWS
            elif why == NO_USAGE_COLUMN:
                rows = usage_rows = self._first_rows(offset, ENTRY_BYTES)
                self._add_usage_columns()
            elif why == ROWS_FULL:
                found = len(self.columns)
                rows = self._rows_to_add(offset, found, found - rows_before)
            elif why == USAGE_ROWS_FULL:
                found = self.usage_table.rows
                usage_rows = self._rows_to_add(offset, found, found - usage_rows_before)
                self._drop_empty_columns()
        for column, filled in self._usage_columns():
            del column[filled:]
        numbers = self.usage_table.numbers
        for attribute in [attribute for attribute, column in numbers.items() if not column]:
            del numbers[attribute]
        return self.columns

    def _first_rows(self, offset: int, size: int) -> int:
        """Return how many rows to make room for if each has *size* bytes."""
        return min(max(MIN_ROWS, (len(self.text) - offset) // size), FIRST_ROWS)

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
        count, wanted = len(columns), table.rows + usage_rows
        for column in self.headers:
            _extend(column, rows)
        for column in self.usage:
            if column is not None:
                _extend(column, wanted - len(column))
        try:
            offset, count, table.rows, extra, unparsed, why = self.scanner.run(
                offset,
                count,
                table.rows,
                self.headers,
                self.usage,
                self.filled,
                self.extra,
                self.unparsed,
            )
        finally:
            for column in self.headers:
                del column[count:]
            # Unset items before the last row can stay: they are MISSING. That bounds the work.
            last = table.rows - 1
            for column, filled in self._usage_columns():
                del column[max(last, filled) :]
        for index in range(0, 3 * extra, 3):
            table.extra.add(*self.extra[index : index + 3])
        for index in range(0, 2 * unparsed, 2):
            columns.unparsed.add(self.unparsed[index], self.unparsed[index + 1])
        return offset, why

    def _read_unmatched(self, offset: int) -> int:
        """Read one line with the compiled expressions; return its end offset.

        The scanner is given the new column lengths.
        """
        from procmaps.engines.add_line import read_line  # noqa: PLC0415 - few texts have such a line

        lengths = [len(column or ()) for column in self.usage]
        end, _ = read_line(self.columns, offset)
        for index, (column, length) in enumerate(zip(self.usage, lengths, strict=True)):
            if column is not None and len(column) > length:
                self.filled[index] = len(column)
        return end

    def _add_records(self) -> None:
        """Make room for more records of one run."""
        for records in (self.extra, self.unparsed):
            if len(records) < 2 * MAX_RECORDS:
                records.extend(records)

    def _drop_empty_columns(self) -> None:
        """Free the room of fields that no entry had so far."""
        for column, filled in self._usage_columns():
            if not filled:
                del column[:]
        pairs = zip(self.usage, self.filled, strict=True)
        self.usage = tuple(column if filled else None for column, filled in pairs)

    def _usage_columns(self) -> list[tuple[array[int], int]]:
        """Return each usage column that has room, and how far it is filled."""
        pairs = zip(self.usage, self.filled, strict=True)
        return [(column, filled) for column, filled in pairs if column is not None]

    def _add_usage_columns(self) -> None:
        """Make room for every field, because the text has one without a column."""
        numbers = self.usage_table.numbers
        columns = (
            *(
                numbers.setdefault(attribute, array("Q"))
                for attribute in self.columns.grammar.usage_columns
            ),
            self.usage_table.flags_index,
        )
        for index, (column, known) in enumerate(zip(columns, self.usage, strict=True)):
            if known is None:
                self.filled[index] = len(column)
        self.usage = columns


def _extend(column: array[int], rows: int) -> None:
    """Append *rows* unset items."""
    size = column.itemsize * rows
    while size > len(UNSET):
        column.frombytes(UNSET)
        size -= len(UNSET)
    column.frombytes(UNSET[:size])
