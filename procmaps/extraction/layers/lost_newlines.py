"""Mappings in one line: where a page, a shell or a logger has made spaces of the newlines."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from procmaps.extraction import patterns
from procmaps.extraction.source_lines import Piece

FEWEST = 3
"""Mappings in a line before it is split: a name may look like a mapping."""


def split(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces, with every line that holds several mappings as one piece for each.

    Their addresses must rise, and no other mapping may stand in the lines beside it: there, the
    lines are as they were, and what looks like a mapping is a name.
    """
    heads = [[*patterns.maps("linux").head.finditer(piece.text)] for piece in pieces]
    for place, (piece, found) in enumerate(zip(pieces, heads, strict=True)):
        beside = heads[max(0, place - 1) : place] + heads[place + 1 : place + 2]
        if len(found) < FEWEST or any(beside):
            yield piece
            continue
        ranges = [_range(patterns.parts(head)) for head in found]
        if any(below[0] < above[1] for above, below in itertools.pairwise(ranges)):
            yield piece
            continue
        starts = [0, *(head.start() for head in found[1:]), len(piece.text)]
        for start, end in itertools.pairwise(starts):
            yield piece.changed(piece.text[start:end], "joined", b" ")


def _range(parts: dict[str, bytes]) -> tuple[int, int]:
    return int(parts["start"], 16), int(parts["end"], 16)
