"""What stands behind every line of a dump: a quotation mark, a comma, the rest of a message."""

from __future__ import annotations

from collections.abc import Sequence

from procmaps.extraction import patterns
from procmaps.extraction.matches import Hit, find
from procmaps.extraction.source_lines import Piece

_FEWEST = 2
"""Lines with the same end before it is taken for a suffix."""

_LONGEST = 256


def strip(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces without what a run of them has in common at the end.

    What that is, a mapping shows whose name the kernel invented or that has none: ``[heap]",`` is
    ``[heap]`` and a suffix. It goes only where the lines beside it end so, too.
    """
    bare = [*pieces]
    place = 0
    for at, piece in enumerate(pieces):
        suffix = _foreign(find(piece.text)) if at >= place else b""
        if not suffix:
            continue
        begin = at
        while begin > place and bare[begin - 1].text.endswith(suffix):
            begin -= 1
        end = at + 1
        while end < len(bare) and bare[end].text.endswith(suffix):
            end += 1
        if end - begin >= _FEWEST:
            for index in range(begin, end):
                text = bare[index].text.removesuffix(suffix)
                bare[index] = bare[index].changed(text, "suffix", suffix)
            place = end
    return bare


def _foreign(hit: Hit | None) -> bytes:
    """What of a mapping's end the kernel cannot have printed; empty where it can have."""
    if not hit or not hit.is_whole or hit.file:
        return b""
    if hit.tail:
        return hit.tail[:_LONGEST]
    name = hit.name
    if name.startswith(b"["):
        known, bracket, rest = name.partition(b"]")
        kind = patterns.linux().parse_name(known + bracket).kind
        return b"" if kind in ("file", "other") else rest[:_LONGEST]
    is_path = name.startswith((b"/", b"(", b"anon_inode:", b"socket:"))
    return b"" if is_path else name[:_LONGEST]
