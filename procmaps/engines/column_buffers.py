"""The buffers that every engine fills: `ColumnBuffers`, one number per mapping and property.

An engine calls `ColumnBuffers.add_header` for each header line and `ColumnBuffers.add_field` for
each field line. A fast engine may append to the arrays itself if the result is the same. Callers of
the package see the buffers as `procmaps.engines.columns.Columns`, which are read-only.
"""

from __future__ import annotations

from array import array
from typing import NamedTuple

import attrs

from procmaps.engines.intern_table import InternTable
from procmaps.engines.usage_block_table import UsageTable
from procmaps.grammar.parsed_line import FieldLine, HeaderLine, ImpossibleValue, check_header


class UnparsedRange(NamedTuple):
    """A range of lines that could not be read, in bytes. Adjacent lines are one range.

    *field* and *reason* say why the first line was refused. Both are empty if the grammar does not
    accept the line; `procmaps.snapshots.diagnosis` then finds the reason.
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
class ColumnBuffers:
    """One row per mapping, in the order of the text. The attributes are those of `Columns`."""

    line_offset: array[int] = attrs.field(factory=_u64)
    start: array[int] = attrs.field(factory=_u64)
    end: array[int] = attrs.field(factory=_u64)
    perms: array[int] = attrs.field(factory=lambda: array("B"))
    offset: array[int] = attrs.field(factory=_u64)
    major: array[int] = attrs.field(factory=_u32)
    minor: array[int] = attrs.field(factory=_u32)
    inode: array[int] = attrs.field(factory=_u64)
    name_index: array[int] = attrs.field(factory=_u32)
    names: InternTable = attrs.field(factory=lambda: InternTable(b""))
    """The distinct name columns. Index 0 is the empty name of unnamed memory."""
    usage_row: array[int] = attrs.field(factory=_u32)
    """Row of `usage_table`; 0 for a mapping without field lines."""
    usage_table: UsageTable = attrs.field(factory=UsageTable)
    unparsed: list[UnparsedRange] = attrs.field(factory=list[UnparsedRange])

    def __len__(self) -> int:
        return len(self.start)

    @property
    def has_usage(self) -> bool:
        """Whether the text has a field line after a header line."""
        return self.usage_table.rows > 1 and any(self.usage_row)

    def add_header(self, line_offset: int, header: HeaderLine) -> None:
        """Add a row. Raises `ImpossibleValue` for a number out of range."""
        check_header(header)
        start, end, perms, offset, major, minor, inode, name = header
        self.line_offset.append(line_offset)
        self.start.append(start)
        self.end.append(end)
        self.perms.append(perms)
        self.offset.append(offset)
        self.major.append(major)
        self.minor.append(minor)
        self.inode.append(inode)
        self.name_index.append(self.names.index(name))
        self.usage_row.append(0)

    def add_field(self, field: FieldLine) -> None:
        """Add a field line to the last mapping. Raises `ImpossibleValue` if it cannot belong there.

        The last mapping must be the only one that uses its row of `usage_table`, and that row must
        be the last.
        """
        if not self.usage_row:
            raise ImpossibleValue("line", "a field line before the first header line")
        row = self.usage_row[-1] or self.usage_table.rows
        self.usage_table.add_field(row, field)
        self.usage_row[-1] = row

    def add_unparsed(self, start: int, end: int, refused: ImpossibleValue | None = None) -> None:
        """Record the lines from *start* to *end* as unparsed."""
        if self.unparsed and self.unparsed[-1].end == start:
            self.unparsed[-1] = self.unparsed[-1]._replace(end=end)
        elif refused:
            self.unparsed.append(UnparsedRange(start, end, refused.field, refused.reason))
        else:
            self.unparsed.append(UnparsedRange(start, end))
