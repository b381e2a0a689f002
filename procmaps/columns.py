"""The columns that every engine fills: one number a mapping and property, in flat buffers.

An engine calls `Columns.header` for each header line and `Columns.field` for each line below it; a
fast one may append to the arrays itself, as long as it leaves the same behind.
"""

from __future__ import annotations

from array import array
from typing import Literal, NamedTuple

import attrs

from procmaps.fields import FIELDS_BY_KEY
from procmaps.records import Usage

MISSING = 2**64 - 1
"""What a usage column holds for a field that was not printed. No size is: it is not a multiple of
1024, and `Columns.field` refuses it as a count."""

MAX_U64 = 2**64 - 1
MAX_U32 = 2**32 - 1

ABSENT = 2**32 - 1
"""What the ``vm_flags`` column holds where there was no ``VmFlags`` line."""


class Header(NamedTuple):
    """A header line as an engine read it. *perms* are `procmaps.records.Perms.bits`."""

    start: int
    end: int
    perms: int
    offset: int
    major: int
    minor: int
    inode: int
    name: bytes


Form = Literal["size", "count", "flags", "text", "label"]


class Field(NamedTuple):
    """A line below a header as an engine read it.

    *value* is bytes of memory for a size, the number for a count, and 0 for the rest; *text* is
    what stood after the colon.
    """

    key: bytes
    form: Form
    value: int
    text: bytes


class Refused(Exception):  # noqa: N818 - never leaves the package: it becomes a ParseError
    """A line that the grammar accepts and the facts do not: which part, and why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(field, reason)
        self.field = field
        self.reason = reason


def _u64() -> array[int]:
    return array("Q")


def _u32() -> array[int]:
    return array("I")


@attrs.define(eq=False)
class Columns:
    """One row a mapping. ``name`` and ``vm_flags`` index the tables of distinct texts."""

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
    names: list[bytes] = attrs.field(factory=lambda: [b""])
    """The distinct name columns; the first is that of unnamed memory."""
    usage: dict[str, array[int]] = attrs.field(factory=dict)
    """By attribute of `procmaps.records.Usage`; `MISSING` where not printed. A column may be
    shorter than the others: the rows behind its end are missing."""
    vm_flags: array[int] = attrs.field(factory=_u32)
    """`ABSENT` where not printed; may be shorter than the others, like the usage columns."""
    flags: list[bytes] = attrs.field(factory=list)
    """The distinct texts after ``VmFlags:``."""
    extra: dict[int, list[tuple[bytes, bytes]]] = attrs.field(factory=dict)
    """By row, the lines that no table knows: key and value."""
    labels: dict[int, bytes] = attrs.field(factory=dict)
    """By row, the name in old Android's ``Name:`` line."""
    faults: list[tuple[int, int]] = attrs.field(factory=list)
    """Stretches of text that could not be read, as offsets: whole lines, neighbours joined."""
    name_index: dict[bytes, int] = attrs.field(factory=lambda: {b"": 0}, repr=False)
    flags_index: dict[bytes, int] = attrs.field(factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.start)

    @property
    def has_usage(self) -> bool:
        """Whether any line below a header was read."""
        return bool(self.usage or self.vm_flags or self.extra or self.labels)

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
        self.name.append(intern(name, self.names, self.name_index))

    def field(self, field: Field) -> None:
        """Add a line to the last row. Raises `Refused` where it cannot belong there."""
        row = len(self.start) - 1
        if row < 0:
            raise Refused("line", "a field before the first header line")
        known = FIELDS_BY_KEY.get(field.key)
        if field.form == "flags":
            self._set(self.vm_flags, row, intern(field.text, self.flags, self.flags_index), ABSENT)
        elif field.form == "label":
            self.labels[row] = field.text
        elif known is None or known.attribute not in _NUMBERS:
            self.extra.setdefault(row, []).append((field.key, field.text))
        else:
            self._set(self._usage(known.attribute), row, _number(field, known.unit), MISSING)

    def fault(self, start: int, end: int) -> None:
        """Keep the lines from *start* to *end* as unread."""
        if self.faults and self.faults[-1][1] == start:
            start, _ = self.faults.pop()
        self.faults.append((start, end))

    def _usage(self, attribute: str) -> array[int]:
        return self.usage.setdefault(attribute, array("Q"))

    @staticmethod
    def _set(column: array[int], row: int, value: int, filler: int) -> None:
        if len(column) > row:
            raise Refused("key", "this field stands twice in one entry")
        if len(column) < row:
            column.extend([filler] * (row - len(column)))
        column.append(value)


_NUMBERS = frozenset(
    field.name for field in attrs.fields(Usage) if field.type in ("int | None", int | None)
)


def refuse_header(header: Header) -> None:
    """Raise `Refused` for numbers that no kernel has: the grammar bounds only their digits."""
    if header.end < header.start:
        raise Refused("end", "the end address is below the start address")
    if header.inode > MAX_U64:
        raise Refused("inode", "an inode has 64 bits: 18446744073709551615 at most")
    if header.major > MAX_U32:
        raise Refused("major", "a device number has 32 bits")
    if header.minor > MAX_U32:
        raise Refused("minor", "a device number has 32 bits")


def _number(field: Field, unit: str) -> int:
    wanted: Form = "size" if unit == "kB" else "count"
    if field.form != wanted:
        kind = "a size in kB" if wanted == "size" else "a number without a unit"
        raise Refused("value", f"{field.key.decode()} wants {kind}")
    if field.value >= MISSING:
        raise Refused("value", "the number is larger than 64 bits can hold")
    return field.value


def intern(text: bytes, table: list[bytes], index: dict[bytes, int]) -> int:
    """The place of *text* in *table*, where it is added if it is new."""
    place = index.get(text)
    if place is None:
        place = index[text] = len(table)
        table.append(text)
    return place
