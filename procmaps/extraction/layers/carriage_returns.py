"""Carriage returns at the ends of lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from procmaps.extraction import patterns
from procmaps.extraction.matches import find
from procmaps.extraction.source_lines import Piece


def strip(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces without the CR of a CR LF.

    A name may end in CR. So it is taken off only in a run of lines that end so, one of which has no
    name to own it: a blank line, another text, unnamed memory, a name that the kernel invented.
    """
    place = 0
    while place < len(pieces):
        behind = place
        while behind < len(pieces) and pieces[behind].text.endswith(b"\r"):
            behind += 1
        run = pieces[place:behind]
        if any(_is_nameless(piece.text) for piece in run):
            for piece in run:
                yield piece.changed(piece.text[:-1], "carriage return", b"\r")
        else:
            yield from run
        if behind < len(pieces):
            yield pieces[behind]
        place = behind + 1


def _is_nameless(text: bytes) -> bool:
    hit = find(text[:-1])
    if hit is None or not hit.name:
        return True
    return not hit.file and patterns.linux().parse_name(hit.name).kind not in ("file", "other")
