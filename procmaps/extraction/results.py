"""What `procmaps.extract` gives: the dumps that stand inside another text, and what was undone."""

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
"""What a dump stands in; ``docs/extract.md`` says how each is recognised."""

What = Literal[
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
    "stand-in",
]
"""One kind of damage; ``docs/extract.md`` explains each."""


@attrs.frozen
class Undone:
    """One thing that was changed to get from a line of the input to a line of the dump."""

    line: int
    """The line of the input, from 1."""
    what: What
    detail: bytes = b""
    """The bytes that were taken away or replaced, where that is a piece of the line."""


@attrs.frozen
class Unread:
    """A line between the lines of a dump that was not understood; nothing was made of it."""

    line: int
    raw: bytes
    """The line as it stood, without its newline."""


@attrs.frozen
class Entry:
    """One mapping as its container prints it: what the container does not print is None."""

    start: int
    """The first address."""
    end: int
    """The first address behind it, also where the container prints the last address."""
    perms: bytes | None
    """``b"r-xp"``; three characters in a tombstone, which says nothing of sharing."""
    offset: int | None
    """Bytes into the file."""
    device: Device | None
    inode: int | None
    name: bytes
    """The name column, empty where there is none."""
    lines: tuple[int, ...]
    """The lines of the input that the mapping was read from, from 1."""
    build_id: str | None = None
    """The file's build id in hexadecimal; only tombstones print it."""
    load_bias: int | None = None
    """Where the file's first segment wants to be; only tombstones print it."""

    @property
    def size(self) -> int:
        """Bytes of address space."""
        return self.end - self.start


@attrs.frozen
class Extract:
    """One dump that was found inside a text."""

    container: Container
    first_line: int
    """The first line of the input that belongs to the dump, from 1."""
    last_line: int
    """The last one, included."""
    entries: tuple[Entry, ...]
    """The mappings, holding nothing that the container does not print."""
    text: bytes
    """The dump as the kernel prints it, every line ended by a newline: ``maps`` or ``smaps``.

    Where the container leaves out a column, a stand-in is written; `assumed` names those."""
    origins: tuple[tuple[int, ...], ...]
    """For each line of ``text``, the lines of the input that it was made from."""
    assumed: frozenset[str]
    """The columns of ``text`` and ``snapshot`` that are stand-ins and tell nothing:
    ``sharing``, ``perms``, ``offset``, ``device``, ``inode``. Empty for a whole ``maps`` line."""
    snapshot: Snapshot
    """``text``, parsed with ``errors="collect"``."""
    undone: tuple[Undone, ...]
    """Everything that was changed, in the order of the input."""
    unread: tuple[Unread, ...]
    """The lines between ``first_line`` and ``last_line`` that nothing was made of."""
    declared: int | None = None
    """How many mappings the container itself says it lists; None where it does not say."""
