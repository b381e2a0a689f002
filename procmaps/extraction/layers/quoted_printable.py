"""Quoted-printable (RFC 2045, 6.7) that a mail archive has not decoded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from procmaps.extraction import patterns
from procmaps.extraction.layers.line_prefixes import content_start, leading_quote
from procmaps.extraction.source_lines import SourceLine
from procmaps.formats.dialects import LINUX

_DECLARATION = re.compile(
    rb"(?i)^(.{0,64}?)content-transfer-encoding:[ \t]*quoted-printable[ \t\r]*$"
)
NEEDED = re.compile(
    rb"=(?:20)?[ \t]*\r?(?![^\n\0])|[qQ][uU][oO][tT][eE][dD]-[pP][rR][iI][nN][tT][aA][bB][lL][eE]"
).search
"""What a text needs before this layer changes a line."""

_ESCAPE = re.compile(rb"=([0-9A-F]{2})")
_SPACES_AT_END = re.compile(rb"(?<!=20)(?:=20)+\r?$")
_SOFT_BREAK = re.compile(rb"=[ \t]*\r?$")

_MIN_WIDTH = 56
"""Bytes before a soft break, at least. Encoders break at 76; a later quotation shortens lines."""

_MIN_BREAKS = 2
"""Soft breaks that show the encoding where no byte is escaped: a name may end in ``=``."""

_MAX_JOINS = 64
"""Lines that soft breaks join into one, at most: names have at most 4095 bytes."""


def remove(lines: Sequence[SourceLine]) -> Iterator[SourceLine]:
    """Yield the lines with soft breaks joined and escapes decoded, if the text is encoded.

    It is encoded if a mail header says so, or if the line of a mapping could not end as it does
    otherwise. A path with ``=41`` in its name is left alone in all other texts.
    """
    if not _is_encoded(lines):
        yield from lines
        return
    declarations = (_DECLARATION.match(line.text) for line in lines)
    prefix = next((found[1] for found in declarations if found), b"")
    index = 0
    while index < len(lines):
        line = lines[index]
        index += 1
        joins = 0
        while joins < _MAX_JOINS and index < len(lines) and _SOFT_BREAK.search(line.text):
            following = lines[index]
            before = prefix or leading_quote(line.text)
            rest = following.text[content_start(following.text, before) :]
            text = _SOFT_BREAK.sub(b"", line.text) + rest
            line = line.joined_with(following, text, "soft break", b"=")
            index, joins = index + 1, joins + 1
        yield _decoded(line)


def _decoded(line: SourceLine) -> SourceLine:
    return line.substituted(_ESCAPE, _character, "quoted-printable", line.text)


def _character(escape: re.Match[bytes]) -> bytes:
    # An encoded newline would make two lines of one.
    character = bytes([int(escape[1], 16)])
    return b" " if character in b"\n\0" else character


def _is_encoded(lines: Sequence[SourceLine]) -> bool:
    """Return whether a header says so, or the line of a mapping shows it."""
    mapping = patterns.kernel_line(LINUX.name)
    breaks = 0
    for index, line in enumerate(lines):
        if _DECLARATION.search(line.text):
            return True
        if not _SPACES_AT_END.search(line.text) and not _SOFT_BREAK.search(line.text):
            continue
        bare = _SPACES_AT_END.sub(b"", _SOFT_BREAK.sub(b"", line.text))
        if _SPACES_AT_END.search(line.text):
            # Unnamed memory ends in a space; ``=20`` cannot follow its inode.
            found = mapping.line.search(bare)
            if found and "NAME" not in patterns.captured(found):
                return True
        elif len(line.text) >= _MIN_WIDTH and index + 1 < len(lines):
            following = lines[index + 1].text
            begun = mapping.line.search(bare) or mapping.partial.search(bare)
            if begun and following.strip() and not mapping.line.search(following):
                # A rest with blanks may just as well be other text.
                breaks += 1 if b" " in following.strip() else _MIN_BREAKS
        if breaks >= _MIN_BREAKS:
            return True
    return breaks > 0 and any(_ESCAPE.search(line.text) for line in lines)
