"""The layout of a header line: the text of its numbers, and the spaces after the inode."""

from __future__ import annotations

import re

import attrs

from procmaps.formats.header_line import NAME_COLUMNS, WordSize

MIN_ADDRESS_DIGITS = 8
"""Releases since 2.4.27 pad addresses to this width ("%08lx")."""


@attrs.frozen
class HeaderLayout:
    """The layout of one header line."""

    start: bytes
    end: bytes
    offset: bytes
    major: bytes
    minor: bytes
    prefix: int
    """Bytes before the end of the inode."""
    padding: int
    """Spaces between the inode and the name, or the end of the line."""
    named: bool

    @classmethod
    def of(cls, match: re.Match[bytes]) -> HeaderLayout:
        """Return the layout of a line that matched `procmaps.grammar.loading.Grammar.header`."""
        named = bool(match["NAME"])
        content_end = match.end() - match[0].endswith(b"\n")
        return cls(
            match["start"],
            match["end"],
            match["offset"],
            match["major"],
            match["minor"],
            match.end("inode"),
            (match.start("NAME") if named else content_end) - match.end("inode"),
            named,
        )

    @property
    def name_column(self) -> int:
        """The column of the name, from 0."""
        return self.prefix + self.padding

    @property
    def is_wide(self) -> bool:
        """Whether the addresses have more than 32 bits."""
        return len(self.end.lstrip(b"0")) > MIN_ADDRESS_DIGITS

    @property
    def name_columns(self) -> tuple[int, ...]:
        """The columns to which a kernel that prints such addresses pads: of 64 bit, or of both."""
        return (NAME_COLUMNS[64],) if self.is_wide else tuple(NAME_COLUMNS.values())

    @property
    def is_overlong(self) -> bool:
        """Whether the columns before the name are too long for padding: then two spaces follow."""
        return self.padding == len("  ") and self.name_column > min(self.name_columns)


def word_size(layout: HeaderLayout) -> WordSize | None:
    """Return the word size of the kernel, 32 or 64, or None if the line does not show it."""
    if layout.is_wide:
        return 64
    if layout.named:
        for bits, column in NAME_COLUMNS.items():
            if layout.name_column == column:
                return bits
        if layout.is_overlong and layout.name_column < NAME_COLUMNS[64]:
            return 32
    return None
