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
    "table",
    "plain",
    "openharmony",
    "gdb info proc mappings",
    "lldb memory region",
    "pwndbg vmmap",
    "gef vmmap",
    "peda vmmap",
    "pmap",
    "pmap -x",
    "pmap -d",
    "pmap -X",
    "freebsd /proc/PID/map",
    "procstat -v",
    "perf script",
    "rr dump",
    "valgrind aspacem",
    "hotspot System.map",
    "createdump",
    "eu-readelf -n",
    "tizen",
    "maps without device",
    "tombstone up to android 4.2",
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
    "remark",
    "annotation",
    "placeholder",
    "listing",
    "cut name",
    "named above",
]
"""The kind of damage that a repair removes. ``docs/extract.md`` explains each."""


SkipReason = Literal[
    "other text",
    "malformed",
    "impossible numbers",
    "cut off",
    "field of no mapping",
    "not mapped",
]
"""The reason why text inside a dump was not read. ``docs/extract.md`` explains each."""

ByteUse = Literal["entry", "undone", "unread", "outside"]
"""The use of bytes of the input.

``entry``     A mapping or a field was read from them.
``undone``    They are what a container added: a prefix, a quotation mark, an escape, a line break.
``unread``    They are inside a dump, but neither mapping nor field; `Extract.skipped` has them.
``outside``   They are in no dump.
"""


NameState = Literal["whole", "cut", "perhaps cut", "unknown"]
"""How much of a name a container prints: all of it, a part, possibly only a part, or nothing."""


DoubtKind = Literal["remark", "joined", "markup", "wrapped", "perhaps more"]
"""The kind of doubt about a name.

``remark``         The end of the name may be a remark.
``joined``         The end of the name may be the next mapping.
``markup``         The name contains a tag of HTML, but the text around it is no markup. Or it ends
                   in a quotation mark.
``wrapped``        The end of the name was on the next line, and may be other text.
``perhaps more``   The next line may be the rest of the name. It is not in the name.
"""


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
class Doubt:
    """Text whose part in a name cannot be known from the input.

    line   The line of the input, from 1.
    kind   The kind of doubt, a `DoubtKind`.
    text   The bytes in doubt. They are in the name, except for ``"perhaps more"``.
    """

    line: int
    kind: DoubtKind
    text: bytes


@attrs.frozen
class SkippedLine:
    """Text inside a dump that is neither a mapping nor a field. It is not part of the result.

    line     The line of the input, from 1.
    raw      The text, unchanged: the line without its newline, or the part of it that was not read.
    begin    Where the text begins in the input, in bytes from 0. Not compared.
    reason   The reason, a `SkipReason`. Not compared.
    """

    line: int
    raw: bytes
    begin: int = attrs.field(default=0, eq=False)
    reason: SkipReason = attrs.field(default="other text", eq=False)

    @property
    def end(self) -> int:
        """Where the text ends in the input, exclusive."""
        return self.begin + len(self.raw)


@attrs.frozen
class ByteSpan:
    """Bytes of the input, and their use.

    begin   First byte, from 0.
    end     End, exclusive.
    kind    The use of these bytes, a `ByteUse`.
    """

    begin: int
    end: int
    kind: ByteUse


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
    build_id    The file's build ID in hexadecimal; tombstones print it.
    load_bias   The file's load bias in bytes; only tombstones print it.
    name_state  How much of the name is printed: ``"whole"``; ``"cut"``, the last part of a path;
                ``"perhaps cut"``, some names are cut; ``"unknown"``, unnamed or not.
    process     Number of the process, in listings of several processes.
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
    name_state: NameState = "whole"
    process: int | None = None

    @property
    def size(self) -> int:
        """Size of the address range in bytes."""
        return self.end - self.start


@attrs.frozen
class Contents:
    """All attributes of an `Extract`, which documents them."""

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
    spans: tuple[ByteSpan, ...] = ()
    doubts: tuple[Doubt, ...] = ()
