"""What there is to say of a producer."""

from __future__ import annotations

from typing import Literal

import attrs

from procmaps.formats.dialects import dialect
from procmaps.formats.file_kinds import FileKind
from procmaps.formats.header_line import Bits, HeaderFormat
from procmaps.formats.releases import Release
from procmaps.formats.smaps_fields import FieldFormat, SmapsField

ProducerKind = Literal["linux", "nommu", "android", "gvisor", "qemu", "wsl", "freebsd", "cygwin"]


@attrs.frozen
class FieldLine:
    """One line below the header."""

    field: SmapsField
    format: FieldFormat | None
    """None where it is known that the line is printed, and not how."""
    required: bool
    """Whether every entry has it."""


@attrs.frozen
class LabelRule:
    """Which names a program can give to its private anonymous memory."""

    limit: int
    """The longest, in bytes."""
    checked: bool = True
    """False where any byte but NUL is printed."""


@attrs.frozen
class Producer:
    """One kernel, or one emulation of it, and what it prints."""

    name: str
    """What `parse` takes: ``linux-6.12``, ``linux-2.6.32-32bit``, ``gvisor``."""
    kind: ProducerKind
    release: Release | None
    """The release of Linux; of an emulation: the one whose fields it prints, None without."""
    bits: Bits
    """The word size of the kernel, not of the process: a 64-bit kernel pads 32-bit tasks alike."""
    dialect: str
    """By which of `procmaps.formats.dialects` its text is to be read."""
    header: HeaderFormat
    smaps: tuple[FieldLine, ...] = ()
    """The lines of an entry in their order; none where there is no such file."""
    rollup: tuple[FieldLine, ...] = ()
    labels: LabelRule | None = None
    """None where memory cannot be named."""
    pathless: frozenset[str] | None = None
    """The kinds of pseudo-names that it prints in place of a path: ``[heap]``, ``anon_inode:`` …;
    None where that is not established."""
    flags_tail: bytes = b" "
    """What stands behind the last mnemonic of ``VmFlags``."""

    def prints(self, kind: FileKind) -> bool:
        """Whether it has that file, and it is established how every line of it looks."""
        if kind == "maps":
            return True
        lines = self.smaps if kind == "smaps" else self.rollup
        return bool(lines) and all(line.format or not line.required for line in lines)

    @property
    def escapes(self) -> bool:
        """Whether a newline in a path is printed as a backslash and 012."""
        return dialect(self.dialect).escapes

    def __str__(self) -> str:
        return self.name
