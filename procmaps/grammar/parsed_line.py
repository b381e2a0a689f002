"""One parsed line: a `HeaderLine`, a `FieldLine`, or an `ImpossibleValue`."""

from __future__ import annotations

from typing import Literal, NamedTuple

MAX_U64 = 2**64 - 1
MAX_U32 = 2**32 - 1


class HeaderLine(NamedTuple):
    """A parsed header line. *perms* is `procmaps.records.perms.Perms.flags`."""

    start: int
    end: int
    perms: int
    offset: int
    major: int
    minor: int
    inode: int
    name: bytes


Form = Literal["size", "count", "flags", "text", "label"]


class FieldLine(NamedTuple):
    """A parsed field line of smaps.

    *value* is a size in bytes, a count, or 0 for any other form. *text* is what follows the colon.
    """

    key: bytes
    form: Form
    value: int
    text: bytes


class ImpossibleValue(Exception):
    """A line that the grammar accepts but whose value is impossible: which part, and why.

    Never leaves the package. It becomes a `procmaps.engines.unparsed_range.UnparsedRange`.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(field, reason)
        self.field = field
        self.reason = reason


def check_header(header: HeaderLine) -> None:
    """Raise `ImpossibleValue` for a number out of range. The grammar limits only the digits."""
    if header.end < header.start:
        raise ImpossibleValue("end", "the end address is below the start address")
    if header.inode > MAX_U64:
        raise ImpossibleValue("inode", "an inode has 64 bits: 18446744073709551615 at most")
    if header.major > MAX_U32:
        raise ImpossibleValue("major", "a device number has 32 bits")
    if header.minor > MAX_U32:
        raise ImpossibleValue("minor", "a device number has 32 bits")
