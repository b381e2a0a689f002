"""`Producer`: everything that decides the output of one kernel or emulation."""

from __future__ import annotations

from typing import Literal

import attrs

from procmaps.formats.dialects import dialect
from procmaps.formats.file_kinds import FileKind
from procmaps.formats.header_line import HeaderFormat, WordSize
from procmaps.formats.releases import Release
from procmaps.formats.smaps_fields import FieldFormat, SmapsField

ProducerKind = Literal["linux", "nommu", "android", "gvisor", "qemu", "wsl", "freebsd", "cygwin"]


@attrs.frozen
class FieldLine:
    """One smaps line after the header line."""

    field: SmapsField
    format: FieldFormat | None
    """None if the line is printed but its format is not established."""
    required: bool
    """True if every entry has the line."""


@attrs.frozen
class LabelRule:
    """The labels that a program can set on its private anonymous memory."""

    limit: int
    """Longest label in bytes."""
    checked: bool = True
    """False if any byte except NUL is accepted."""


@attrs.frozen
class Producer:
    """One kernel or emulation, and the exact format of its output."""

    name: str
    """The name that `parse` takes: ``linux-6.12``, ``linux-2.6.32-32bit``, ``gvisor``."""
    kind: ProducerKind
    release: Release | None
    """Release of Linux; for an emulation the one whose fields it prints, or None."""
    word_size: WordSize
    """Word size of the kernel, not of the process: a 64-bit kernel pads 32-bit tasks the same."""
    dialect: str
    """The dialect (`procmaps.formats.dialects`) that parses its text."""
    header: HeaderFormat
    smaps: tuple[FieldLine, ...] = ()
    """Lines of an smaps entry, in order; empty without that file."""
    rollup: tuple[FieldLine, ...] = ()
    """Lines of smaps_rollup, in order; empty without that file."""
    labels: LabelRule | None = None
    """None if it does not support labels."""
    pathless: frozenset[str] | None = None
    """Kinds of pseudo-names that it prints instead of a path: ``[heap]``, ``anon_inode:`` …; None
    if that is not established."""
    flags_tail: bytes = b" "
    """Text after the last mnemonic of ``VmFlags``."""

    def prints(self, kind: FileKind) -> bool:
        """Return True if it has that file and the format of every line is established."""
        if kind == "maps":
            return True
        lines = self.smaps if kind == "smaps" else self.rollup
        return bool(lines) and all(line.format or not line.required for line in lines)

    @property
    def escapes_newlines(self) -> bool:
        """True if a newline in a path is printed as a backslash and 012."""
        return dialect(self.dialect).escapes_newlines

    def __str__(self) -> str:
        return self.name
