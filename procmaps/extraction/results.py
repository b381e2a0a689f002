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
"""The kind of text around a dump. ``docs/extract.md`` says how each is recognised."""

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
    """One change on the way from a line of the input to a line of the dump.

    line     The line of the input, from 1.
    kind     The kind of damage, a `RepairKind`.
    detail   The bytes that were removed or replaced; empty if they are not one part of the line.
    """

    line: int
    kind: RepairKind
    detail: bytes = b""


@attrs.frozen
class SkippedLine:
    """A line inside a dump that is neither a mapping nor a field. It is not part of the result.

    line   The line of the input, from 1.
    raw    The line, unchanged, without its newline.
    """

    line: int
    raw: bytes


@attrs.frozen
class PartialMapping:
    """A mapping as its container prints it; a column that the container omits is None.

    start       Start address.
    end         End address, exclusive, also if the container prints the last address.
    perms       ``b"r-xp"``; three characters in a tombstone, which does not print private or
                shared.
    offset      Offset into the file, in bytes.
    device      Device of the file.
    inode       Inode number of the file; 0 without a file.
    name        The name column; empty if there is none.
    lines       The lines of the input that the mapping was read from, from 1.
    build_id    The file's build ID in hexadecimal; only tombstones print it.
    load_bias   The file's load bias in bytes; only tombstones print it.
    """

    start: int
    end: int
    perms: bytes | None
    offset: int | None
    device: Device | None
    inode: int | None
    name: bytes
    lines: tuple[int, ...]
    build_id: str | None = None
    load_bias: int | None = None

    @property
    def size(self) -> int:
        """Size of the address range in bytes."""
        return self.end - self.start


@attrs.frozen
class Extract:
    """One dump that was found inside a text.

    container    The kind of text around the dump, a `Container`.
    first_line   First line of the input that belongs to the dump, from 1.
    last_line    Last line of the input that belongs to the dump, inclusive.
    mappings     The mappings, with only the columns that the container prints.
    text         The dump as the kernel prints it, as ``maps`` or ``smaps``; every line ends in a
                 newline. Columns that the container omits contain placeholders; `assumed` lists
                 them.
    origins      For each line of ``text``, the lines of the input that it was made from.
    assumed      The columns of ``text`` and ``snapshot`` that are placeholders: ``sharing``,
                 ``perms``, ``offset``, ``device``, ``inode``. Empty for complete ``maps`` lines.
    snapshot     ``text``, parsed with ``errors="collect"``.
    repairs      Every change, in the order of the input lines.
    skipped      Lines between ``first_line`` and ``last_line`` that are neither mapping nor field.
    declared     The number of mappings that the container itself states; None if it states none.
    """

    container: Container
    first_line: int
    last_line: int
    mappings: tuple[PartialMapping, ...]
    text: bytes
    origins: tuple[tuple[int, ...], ...]
    assumed: frozenset[str]
    snapshot: Snapshot
    repairs: tuple[Repair, ...]
    skipped: tuple[SkippedLine, ...]
    declared: int | None = None
