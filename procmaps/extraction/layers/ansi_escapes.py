"""Control sequences of a terminal (ECMA-48): colours, and what a shell says of its prompt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from procmaps.extraction.matches import find
from procmaps.extraction.source_lines import Piece

_CODE = re.compile(
    rb"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]"
    rb"|\][^\x07\x1b]{0,1024}(?:\x07|\x1b\\)"
    rb"|[()][0-9A-Za-z]|[=>78])"
)
_COLOURED = re.compile(rb"(?:%b)+[^\x1b]+(?:%b)+" % (_CODE.pattern, _CODE.pattern))


def strip(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces without such sequences.

    A name may hold them, too. So they are taken off only where one stands that is in no name; and
    off a name that begins and ends with one, as ``grep --color`` paints it.
    """
    coded = [piece for piece in pieces if _CODE.search(piece.text)]
    is_capture = any(not _is_owned(piece.text) for piece in coded)
    for piece in pieces:
        if b"\x1b" in piece.text and (is_capture or _is_painted(piece.text)):
            text = _CODE.sub(b"", piece.text)
            yield piece.changed(text, "terminal", piece.text) if text != piece.text else piece
        else:
            yield piece


def _is_owned(text: bytes) -> bool:
    """Whether every sequence in *text* stands in the name of a mapping."""
    hit = find(text)
    return hit is not None and not _CODE.search(text[: len(text) - len(hit.name)])


def _is_painted(text: bytes) -> bool:
    hit = find(text)
    return hit is not None and _COLOURED.fullmatch(hit.name) is not None
