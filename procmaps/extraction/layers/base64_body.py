"""Base64 (RFC 2045, 6.8) that a mail archive has left in place."""

from __future__ import annotations

import binascii
import bisect
import itertools
import re
from collections.abc import Iterator, Sequence

from procmaps.extraction.source_lines import Piece

_DECLARED = re.compile(rb"(?i)content-transfer-encoding:[ \t]*base64[ \t\r]*\Z")
_LINE = re.compile(rb"([A-Za-z0-9+/]+={0,2})[ \t\r]*\Z")


def decode(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces, with each body that a mail's header declares to be Base64 as the lines in it."""
    place = 0
    while place < len(pieces):
        piece = pieces[place]
        yield piece
        place += 1
        if not _DECLARED.match(piece.text):
            continue
        while place < len(pieces) and pieces[place].text.strip():
            yield pieces[place]
            place += 1
        while place < len(pieces) and not pieces[place].text.strip():
            yield pieces[place]
            place += 1
        behind = place
        while behind < len(pieces) and _LINE.match(pieces[behind].text):
            behind += 1
        yield from _decoded(pieces[place:behind])
        place = behind


def _decoded(body: Sequence[Piece]) -> Iterator[Piece]:
    """The lines that *body* encodes, each with the lines of the input that it spans."""
    code = [match[1] for piece in body if (match := _LINE.match(piece.text))]
    whole = b"".join(code).rstrip(b"=")
    # One character behind a group of four encodes no byte: the text was cut off there.
    whole = whole[: len(whole) - (len(whole) % 4 == 1)]
    try:
        text = binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))
    except binascii.Error:
        yield from body
        return
    ends = [*itertools.accumulate(map(len, code))]
    at = 0
    for line in text.removesuffix(b"\n").split(b"\n") if text else ():
        # Four characters make three bytes.
        first = bisect.bisect_right(ends, at * 4 // 3)
        last = bisect.bisect_right(ends, (at + len(line)) * 4 // 3, hi=len(ends) - 1)
        spanned = body[first : last + 1]
        for part in line.split(b"\0"):
            numbers = tuple(number for piece in spanned for number in piece.lines)
            raws = tuple(raw for piece in spanned for raw in piece.raws)
            yield Piece(part, numbers, (), raws).noted("base64")
        at += len(line) + 1
