"""The columns that every engine fills: one number a mapping and property, in flat buffers.

An engine calls `Columns.header` for each header line and `Columns.field` for each line below it; a
fast one may append to the arrays itself, as long as it leaves the same behind.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Literal, NamedTuple

import attrs

from procmaps.fields import FIELDS

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


class Distinct(dict[bytes, int]):
    """A table of distinct texts, each with its place; a column of places stands for the texts."""

    def __init__(self, *texts: bytes) -> None:
        super().__init__((text, place) for place, text in enumerate(texts))
        self.texts = [*texts]

    def __missing__(self, text: bytes) -> int:
        """Add *text*; looking a text up gives its place, a new one where there is none."""
        place = self[text] = len(self.texts)
        self.texts.append(text)
        return place

    def place(self, text: bytes) -> int:
        """Where *text* stands in `texts`; it is added if it is new."""
        return self[text]


class Refused(Exception):
    """A line that the grammar accepts and the facts do not: which part, and why.

    It never leaves the package: a `Fault` is made of it.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(field, reason)
        self.field = field
        self.reason = reason


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
    names: Distinct = attrs.field(factory=lambda: Distinct(b""))
    """The distinct name columns; the first is that of unnamed memory."""
    usage: dict[str, array[int]] = attrs.field(factory=dict[str, "array[int]"])
    """By attribute of `procmaps.records.Usage`; `MISSING` where not printed. A column may be
    shorter than the others: the rows behind its end are missing."""
    vm_flags: array[int] = attrs.field(factory=_u32)
    """`ABSENT` where not printed; may be shorter than the others, like the usage columns."""
    flags: Distinct = attrs.field(factory=Distinct)
    """The distinct texts after ``VmFlags:``."""
    extra: dict[int, list[tuple[bytes, bytes]]] = attrs.field(
        factory=dict[int, list[tuple[bytes, bytes]]]
    )
    """By row, the lines that no table knows: key and value."""
    labels: dict[int, bytes] = attrs.field(factory=dict[int, bytes])
    """By row, the name in old Android's ``Name:`` line."""
    faults: list[Fault] = attrs.field(factory=list[Fault])

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
        self.name.append(self.names.place(name))

    def field(self, field: Field) -> None:
        """Add a line to the last row. Raises `Refused` where it cannot belong there."""
        row = len(self.start) - 1
        if row < 0:
            raise Refused("line", "a field stands before the first header line")
        known = FIELDS.get(field.key)
        if known is not None and known.unit in ("kB", "count"):
            self._once(len(self.usage.get(known.attribute, ())), row)
            self.extend_usage(known.attribute, row, (_number(field, known.unit),))
            return
        if field.form == "flags":
            self._once(len(self.vm_flags), row)
        elif field.form == "label":
            self._once(row + (row in self.labels), row)
        self.extend_text(field.form, field.key, row, (field.text,))

    @staticmethod
    def _once(filled: int, row: int) -> None:
        if filled > row:
            raise Refused("key", "this field stands twice in one entry")

    def extend_usage(self, attribute: str, row: int, values: Iterable[int]) -> None:
        """Put *values* into the usage column, from *row* on."""
        column = self.usage.get(attribute)
        if column is None:
            column = self.usage[attribute] = array("Q")
        _fill(column, row, MISSING)
        column.extend(values)

    def extend_text(self, form: Form, key: bytes, row: int, texts: Iterable[bytes]) -> None:
        """Keep what stood after the colon of lines that are no number, from *row* on."""
        if form == "flags":
            _fill(self.vm_flags, row, ABSENT)
            self.vm_flags.extend(map(self.flags.__getitem__, texts))
        elif form == "label":
            self.labels.update(enumerate(texts, row))
        else:
            for place, text in enumerate(texts, row):
                self.extra.setdefault(place, []).append((key, text))

    def fault(self, start: int, end: int, refused: Refused | None = None) -> None:
        """Keep the lines from *start* to *end* as unread."""
        if self.faults and self.faults[-1].end == start:
            self.faults[-1] = self.faults[-1]._replace(end=end)
        elif refused:
            self.faults.append(Fault(start, end, refused.field, refused.reason))
        else:
            self.faults.append(Fault(start, end))


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


def _fill(column: array[int], row: int, filler: int) -> None:
    """Bring *column* up to *row* where the rows before it had no such line."""
    if len(column) < row:
        column.extend([filler] * (row - len(column)))
