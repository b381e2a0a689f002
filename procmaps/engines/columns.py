"""The columns that every engine fills: one number a mapping and property, in flat buffers.

An engine calls `Columns.header` for each header line and `Columns.field` for each line below it; a
fast one may append to the arrays itself, as long as it leaves the same behind.
"""

from __future__ import annotations

from array import array
from typing import NamedTuple

import attrs

from procmaps.engines.usage_table import ABSENT, InternTable, UsageColumns, UsageTable
from procmaps.grammar.parsed_line import FieldLine, HeaderLine, ImpossibleValue, check_header


class UnparsedRange(NamedTuple):
    """A stretch of text that could not be read: whole lines, neighbours joined.

    *field* and *reason* tell why the first line was refused; they are empty where the grammar
    does not accept it, so that `procmaps.snapshots.diagnosis` has to find out.
    """

    start: int
    end: int
    field: str = ""
    reason: str = ""


def _u64() -> array[int]:
    return array("Q")


def _u32() -> array[int]:
    return array("I")


@attrs.define(eq=False)
class Columns:
    """One row a mapping. ``name`` indexes the table of distinct names, ``below`` the bodies."""

    at: array[int] = attrs.field(factory=_u64)
    """Where the header line starts, in bytes from the start of the text."""
    start: array[int] = attrs.field(factory=_u64)
    end: array[int] = attrs.field(factory=_u64)
    perms: array[int] = attrs.field(factory=lambda: array("B"))
    offset: array[int] = attrs.field(factory=_u64)
    major: array[int] = attrs.field(factory=_u32)
    minor: array[int] = attrs.field(factory=_u32)
    inode: array[int] = attrs.field(factory=_u64)
    name: array[int] = attrs.field(factory=_u32)
    names: InternTable = attrs.field(factory=lambda: InternTable(b""))
    """The distinct name columns; the first is that of unnamed memory."""
    usage_row: array[int] = attrs.field(factory=_u32)
    """Which row of ``bodies`` stands below the header; 0: nothing does."""
    usage_table: UsageTable = attrs.field(factory=UsageTable)
    unparsed: list[UnparsedRange] = attrs.field(factory=list[UnparsedRange])

    def __len__(self) -> int:
        return len(self.start)

    @property
    def has_usage(self) -> bool:
        """Whether any line below a header was read."""
        return self.usage_table.rows > 1 and any(self.usage_row)

    @property
    def usage(self) -> UsageColumns:
        """By attribute of `procmaps.records.mapping.Usage`, a column with a row a mapping."""
        return UsageColumns(self.usage_row, self.usage_table.numbers)

    @property
    def vm_flags(self) -> array[int]:
        """For each mapping the place of its flags in ``bodies.flags``; `ABSENT` without."""
        known = self.usage_table.vm_flags
        return array("I", [known[row] if row < len(known) else ABSENT for row in self.usage_row])

    def header(self, at: int, header: HeaderLine) -> None:
        """Begin a row. Raises `ImpossibleValue` where a number cannot be."""
        check_header(header)
        start, end, perms, offset, major, minor, inode, name = header
        self.at.append(at)
        self.start.append(start)
        self.end.append(end)
        self.perms.append(perms)
        self.offset.append(offset)
        self.major.append(major)
        self.minor.append(minor)
        self.inode.append(inode)
        self.name.append(self.names.index(name))
        self.usage_row.append(0)

    def field(self, field: FieldLine) -> None:
        """Add a line below the last header. Raises `ImpossibleValue` where it cannot belong there.

        What stands there already must be the last of ``bodies``, and of that mapping alone.
        """
        if not self.usage_row:
            raise ImpossibleValue("line", "a field stands before the first header line")
        row = self.usage_row[-1] or self.usage_table.rows
        self.usage_table.field(row, field)
        self.usage_row[-1] = row

    def add_unparsed(self, start: int, end: int, refused: ImpossibleValue | None = None) -> None:
        """Keep the lines from *start* to *end* as unread."""
        if self.unparsed and self.unparsed[-1].end == start:
            self.unparsed[-1] = self.unparsed[-1]._replace(end=end)
        elif refused:
            self.unparsed.append(UnparsedRange(start, end, refused.field, refused.reason))
        else:
            self.unparsed.append(UnparsedRange(start, end))
