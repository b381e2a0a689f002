"""Quoted-printable (RFC 2045, 6.7) that a mail archive has left in place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from procmaps.extraction import patterns
from procmaps.extraction.layers.line_prefixes import behind, leading_quote
from procmaps.extraction.source_lines import Piece

_DECLARED = re.compile(rb"(?i)^content-transfer-encoding:[ \t]*quoted-printable[ \t\r]*$")
_ESCAPE = re.compile(rb"=([0-9A-F]{2})")
_SPACE_AT_END = re.compile(rb"(?<!=20)(?:=20)+\r?$")
_SOFT_BREAK = re.compile(rb"=[ \t]*\r?$")

SHORTEST = 56
"""Bytes before a soft break that is taken for one: encoders break at 76, quoting once more cuts."""

MOST_JOINS = 64
"""Lines joined into one by soft breaks: names are at most 4095 bytes long."""


def decode(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces with soft breaks joined and escapes decoded, if the text is encoded at all.

    It is where a header of the mail says so, or where a mapping's line could not end as it does
    otherwise. A path with ``=41`` in its name is left alone everywhere else.
    """
    encoded = _is_encoded(pieces)
    place = 0
    while place < len(pieces):
        piece = pieces[place]
        place += 1
        if not encoded:
            yield piece
            continue
        joins = 0
        while joins < MOST_JOINS and place < len(pieces) and _SOFT_BREAK.search(piece.text):
            below = pieces[place]
            quote = leading_quote(piece.text)
            rest = below.text[behind(below.text, quote) :]
            text = _SOFT_BREAK.sub(b"", piece.text) + rest
            piece = piece.joined(below, text, "soft break", b"=")
            place, joins = place + 1, joins + 1
        yield _decoded(piece)


def _decoded(piece: Piece) -> Piece:
    text = _ESCAPE.sub(lambda escape: bytes([int(escape[1], 16)]), piece.text)
    # An encoded newline would make two lines of one.
    text = text.replace(b"\n", b" ").replace(b"\0", b" ")
    return piece if text == piece.text else piece.changed(text, "quoted-printable", piece.text)


def _is_encoded(pieces: Sequence[Piece]) -> bool:
    """Whether the text says so, or shows it where a mapping begins."""
    maps = patterns.maps("linux")
    for place, piece in enumerate(pieces):
        if _DECLARED.search(piece.text):
            return True
        if not _SPACE_AT_END.search(piece.text) and not _SOFT_BREAK.search(piece.text):
            continue
        bare = _SPACE_AT_END.sub(b"", _SOFT_BREAK.sub(b"", piece.text))
        if _SPACE_AT_END.search(piece.text):
            found = maps.line.search(bare)
            if found and "NAME" not in patterns.parts(found):
                return True
        elif len(piece.text) >= SHORTEST and place + 1 < len(pieces):
            below = pieces[place + 1].text
            begun = maps.line.search(bare) or maps.partial.search(bare)
            if begun and below.strip() and not maps.line.search(below):
                return True
    return False
