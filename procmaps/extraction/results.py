"""The result types of `procmaps.extract`: a dump that was found in a text, and its repairs."""

from __future__ import annotations

from typing import Literal

import attrs

from procmaps.records.device import Device
from procmaps.snapshots.snapshot import Snapshot

Container = Literal[
    "hs_err",
    "tombstone",
    "sanitizer",
    "mapped_libraries",
    "ruby",
    "coredump",
    "mail",
    "log",
    "comment",
    "string",
    "markup",
    "plain",
]
"""The kind of text around a dump. ``docs/extract.md`` says how each is recognized."""

RepairKind = Literal[
    "quote",
    "comment",
    "indent",
    "log prefix",
    "fault mark",
    "assignment",
    "charset",
    "base64",
    "quoted-printable",
    "soft break",
    "string",
    "escape",
    "terminal",
    "markup",
    "cells",
    "joined",
    "suffix",
    "carriage return",
    "blanks",
    "dash",
    "wrapped",
    "inclusive end",
    "quoted halves",
    "same name",
    "annotation",
    "placeholder",
]
"""The kind of damage that a repair removes. ``docs/extract.md`` explains each."""


@attrs.frozen
class Repair:
    """One change on the way from a line of the input to a line of the dump."""

    line: int
    """The line of the input, from 1."""
    kind: RepairKind
    detail: bytes = b""
    """The bytes that were removed or replaced; empty if they are not one part of the line."""


@attrs.frozen
class SkippedLine:
    """A line inside a dump that is neither a mapping nor a field. It is not part of the result."""

    line: int
    """The line of the input, from 1."""
    raw: bytes
    """The line, unchanged, without its newline."""


@attrs.frozen
class PartialMapping:
    """A mapping as its container prints it; a column that the container omits is None."""

    start: int
    """Start address."""
    end: int
    """End address, exclusive, also where the container prints the last address."""
    perms: bytes | None
    """``b"r-xp"``; three characters in a tombstone, which does not print private or shared."""
    offset: int | None
    """Offset into the file, in bytes."""
    device: Device | None
    inode: int | None
    name: bytes
    """The name column; empty if there is none."""
    lines: tuple[int, ...]
    """The lines of the input that the mapping was read from, from 1."""
    build_id: str | None = None
    """The file's build ID in hexadecimal; only tombstones print it."""
    load_bias: int | None = None
    """The file's load bias in bytes; only tombstones print it."""

    @property
    def size(self) -> int:
        """Size of the address range in bytes."""
        return self.end - self.start


@attrs.frozen
class Extract:
    """One dump that was found inside a text."""

    container: Container
    first_line: int
    """First line of the input that belongs to the dump, from 1."""
    last_line: int
    """Last line of the input that belongs to the dump, inclusive."""
    mappings: tuple[PartialMapping, ...]
    """The mappings, with only the columns that the container prints."""
    text: bytes
    """The dump as the kernel prints it, as ``maps`` or ``smaps``; every line ends in a newline.

    Columns that the container omits contain placeholders; `assumed` lists them."""
    origins: tuple[tuple[int, ...], ...]
    """For each line of ``text``, the lines of the input that it was made from."""
    assumed: frozenset[str]
    """The columns of ``text`` and ``snapshot`` that are placeholders:
    ``sharing``, ``perms``, ``offset``, ``device``, ``inode``. Empty for complete ``maps`` lines."""
    snapshot: Snapshot
    """``text``, parsed with ``errors="collect"``."""
    repairs: tuple[Repair, ...]
    """Every change, in the order of the input lines."""
    skipped: tuple[SkippedLine, ...]
    """Lines between ``first_line`` and ``last_line`` that are neither mapping nor field."""
    declared: int | None = None
    """The number of mappings that the container itself states; None if it states none."""
