"""String literals that a compiler joins: a mapping begun in one goes on in the next."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from procmaps.extraction import patterns
from procmaps.extraction.layers.string_literals import (
    LITERAL,
    closing,
    first,
    opening,
    split_lines,
    unescaped,
)
from procmaps.extraction.matches import begun
from procmaps.extraction.source_lines import Piece

MOST_JOINS = 64
"""Literals joined into one: names are at most 4095 bytes long."""

_NEWLINES = (rb"\n", b"~n")
"""How a literal ends that ends a line; the second in Erlang."""

_OPERATOR = rb"(?:\+|\.\.?|<>|\^|&)?"
_BEHIND = re.compile(rb"[ \t]*" + _OPERATOR + rb"[ \t]*\\?[ \t\r]*\Z")
_BEFORE = re.compile(rb"[ \t]*" + _OPERATOR + rb"[ \t]*(?:u8|[bBLuU])?(?=([\"'`]))")


def join(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces, with every mapping whole whose literal ends before the line of the dump does."""
    place = 0
    while place < len(pieces):
        piece = pieces[place]
        place += 1
        for _ in range(MOST_JOINS):
            end = _end(piece.text)
            rest = _rest(pieces[place].text) if end and place < len(pieces) else b""
            if not rest:
                break
            piece = piece.joined(pieces[place], piece.text[:end] + rest, "string", b'"')
            place += 1
        yield piece


def _end(text: bytes) -> int:
    """Where the literal closes in which a mapping goes on in the next line; 0 where none does."""
    found = first(text)
    if found:
        start = opening(text, found.start())
        end = closing(text, found.start(), text[start : start + 1]) if start >= 0 else len(text)
    else:
        *_, last = [None, *LITERAL.finditer(text)] if patterns.DASH.search(text) else [None]
        if not last or begun(unescaped(last[last.lastindex or 0])) != 0:
            return 0
        end = last.end() - 1
    is_closed = end < len(text) and not text[:end].endswith(_NEWLINES)
    return end if is_closed and _BEHIND.match(text, end + 1) else 0


def _rest(text: bytes) -> bytes:
    """What a line holds behind the mark that opens its literal; empty where it has lines itself."""
    before = _BEFORE.match(text)
    literal = LITERAL.match(text, before.end()) if before else None
    if not literal or first(text):
        return b""
    lines = split_lines(literal[literal.lastindex or 0])
    if any(patterns.key(unescaped(line), is_first=False) for line in lines):
        return b""
    return text[literal.start() + 1 :]
