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
class SmapsLine:
    """One line of an smaps entry as a producer prints it, after the header line.

    field      The field of the line.
    format     Its format; None if the line is printed but its format is not established.
    required   True if every entry has the line.
    """

    field: SmapsField
    format: FieldFormat | None
    required: bool


@attrs.frozen
class LabelRule:
    """The labels that a program can set on its private anonymous memory.

    limit     Longest label in bytes.
    checked   False if any byte except NUL is accepted.
    """

    limit: int
    checked: bool = True


@attrs.frozen
class Producer:
    """One kernel or emulation, and the exact format of its output.

    name         The name that `parse` takes: ``linux-6.12``, ``linux-2.6.32-32bit``, ``gvisor``.
    kind         The system that prints the text.
    release      Release of Linux; for an emulation the one whose fields it prints, or None.
    word_size    Word size of the kernel, not of the process: a 64-bit kernel pads 32-bit tasks the
                 same.
    dialect      The dialect (`procmaps.formats.dialects`) that parses its text.
    header       Layout of the header line.
    smaps        Lines of an smaps entry, in order; empty without that file.
    rollup       Lines of smaps_rollup, in order; empty without that file.
    labels       Rule for labels, used where it prints ``[anon:…]`` at all; None: no rule.
    pathless     Kinds of pseudo-names that it prints instead of a path: ``[heap]``, ``anon_inode:``
                 …; None if that is not established.
    flags_tail   Text after the last mnemonic of ``VmFlags``.
    """

    name: str
    kind: ProducerKind
    release: Release | None
    word_size: WordSize
    dialect: str
    header: HeaderFormat
    smaps: tuple[SmapsLine, ...] = ()
    rollup: tuple[SmapsLine, ...] = ()
    labels: LabelRule | None = None
    pathless: frozenset[str] | None = None
    flags_tail: bytes = b" "

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
