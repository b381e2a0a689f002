"""The columns that every engine fills: one number a mapping and property, in flat buffers.

An engine calls `Columns.header` for each header line and `Columns.field` for each line below it; a
fast one may append to the arrays itself, as long as it leaves the same behind.
"""

from __future__ import annotations

from array import array
from typing import NamedTuple

import attrs

from procmaps.bodies import ABSENT, Bodies, Distinct, UsageColumns
from procmaps.lines import Field, Header, Refused, refuse_header


class Fault(NamedTuple):
    """A stretch of text that could not be read: whole lines, neighbours joined.

    *field* and *reason* tell why the first line was refused; they are empty where the grammar
    does not accept it, so that `procmaps.diagnosis` has to find out.
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
    names: Distinct = attrs.field(factory=lambda: Distinct(b""))
    """The distinct name columns; the first is that of unnamed memory."""
    below: array[int] = attrs.field(factory=_u32)
    """Which row of ``bodies`` stands below the header; 0: nothing does."""
    bodies: Bodies = attrs.field(factory=Bodies)
    faults: list[Fault] = attrs.field(factory=list[Fault])

    def __len__(self) -> int:
        return len(self.start)

    @property
    def has_usage(self) -> bool:
        """Whether any line below a header was read."""
        return self.bodies.rows > 1 and any(self.below)

    @property
    def usage(self) -> UsageColumns:
        """By attribute of `procmaps.records.Usage`, a column with a row a mapping."""
        return UsageColumns(self.below, self.bodies.numbers)

    @property
    def vm_flags(self) -> array[int]:
        """For each mapping the place of its flags in ``bodies.flags``; `ABSENT` without."""
        known = self.bodies.vm_flags
        return array("I", [known[row] if row < len(known) else ABSENT for row in self.below])

    def header(self, at: int, header: Header) -> None:
        """Begin a row. Raises `Refused` where a number cannot be."""
        refuse_header(header)
        start, end, perms, offset, major, minor, inode, name = header
        self.at.append(at)
        self.start.append(start)
        self.end.append(end)
        self.perms.append(perms)
        self.offset.append(offset)
        self.major.append(major)
        self.minor.append(minor)
        self.inode.append(inode)
        self.name.append(self.names.place(name))
        self.below.append(0)

    def field(self, field: Field) -> None:
        """Add a line below the last header. Raises `Refused` where it cannot belong there.

        What stands there already must be the last of ``bodies``, and of that mapping alone.
        """
        if not self.below:
            raise Refused("line", "a field stands before the first header line")
        row = self.below[-1] or self.bodies.rows
        self.bodies.field(row, field)
        self.below[-1] = row

    def fault(self, start: int, end: int, refused: Refused | None = None) -> None:
        """Keep the lines from *start* to *end* as unread."""
        if self.faults and self.faults[-1].end == start:
            self.faults[-1] = self.faults[-1]._replace(end=end)
        elif refused:
            self.faults.append(Fault(start, end, refused.field, refused.reason))
        else:
            self.faults.append(Fault(start, end))
