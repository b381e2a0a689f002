"""The smaps field blocks, deduplicated: `UsageTable`."""

from __future__ import annotations

from array import array

from procmaps.engines.intern_table import InternTable
from procmaps.engines.row_ranges import RowRanges

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from procmaps.engines.texts import Texts

MISSING = 2**64 - 1
"""Value in a usage column: the field was not printed.

It cannot be a printed value. A size is a multiple of 1024, and `procmaps.engines.add_line` refuses
it as a count.
"""

ABSENT = 2**32 - 1
"""Value in a column of flags indexes: there was no ``VmFlags`` line."""


class UsageTable:
    """The field blocks, one row for each distinct block. Row 0 is the empty block.

    Mappings with equal blocks share a row, so a process with many mappings needs few rows. A column
    can be shorter than the table: in the rows after its end, the field was not printed.
    """

    def __init__(self, flags: Texts | None = None) -> None:
        """*flags* have no text yet."""
        self.rows = 1
        self.numbers: dict[str, array[int]] = {}
        """Usage columns by attribute of `procmaps.records.usage.Usage`, in bytes; `MISSING` if not
        printed."""
        self.flags_index = array("I")
        """Index in `flags` by row; `ABSENT` if not printed."""
        self.flags: Texts = InternTable() if flags is None else flags
        """The distinct texts after ``VmFlags:``."""
        self.extra = RowRanges()
        """By row with unknown keys: the text of one entry that has all these lines."""
        self.labels = RowRanges()
        """By row with old Android's ``Name:`` line: the text of one entry that has it."""

    def extend_numbers(self, attribute: str, row: int, values: Iterable[int]) -> None:
        """Append *values* to a usage column; the first one is for *row*."""
        column = self.numbers.get(attribute)
        if column is None:
            column = self.numbers[attribute] = array("Q")
        _fill(column, row, MISSING)
        column.extend(values)

    def extend_flags(self, row: int, texts: Iterable[bytes]) -> None:
        """Append the flags *texts*; the first one is for *row*."""
        _fill(self.flags_index, row, ABSENT)
        self.flags_index.extend(map(self.flags.index, texts))

    def copy_row(self, row: int, start: int | None) -> int:
        """Append a copy of *row* for a mapping whose equal block is at *start*; return the new row.

        None if the row is the mapping's own, so that its ranges are of the mapping's text already.
        """
        copy = self.rows
        for column, filler in (
            *((numbers, MISSING) for numbers in self.numbers.values()),
            (self.flags_index, ABSENT),
        ):
            if row < len(column) and column[row] != filler:
                _fill(column, copy, filler)
                column.append(column[row])
        for places in (self.extra, self.labels):
            if found := places.get(row):
                first, end = found
                moved = first if start is None else start
                places.add(copy, moved, moved + end - first)
        self.rows = copy + 1
        return copy


def _fill(column: array[int], row: int, filler: int) -> None:
    """Append *filler* until *column* has *row* items."""
    if len(column) < row:
        column.extend(array(column.typecode, [filler]) * (row - len(column)))
