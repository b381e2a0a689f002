"""Tables drawn with box characters, as terminal programs print them.

A row has a bar at each end, and others between its cells. They become ASCII bars here, and
`table_cells` reads the cells. A name can contain such a bar, so a row has as many of them replaced
as the row of its table with the fewest has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from procmaps.extraction.source_lines import SourceLine

_BAR = re.compile(rb"\xe2(?:\x94[\x82\x83\x86\x87\x8a\x8b]|\x95[\x8e\x8f\x91])")
"""A vertical line of Unicode's block *Box Drawing*."""

NEEDED = _BAR.search
"""What a text needs before this layer changes a line."""

_BOX = re.compile(rb"[ \t>]{0,64}\xe2[\x94\x95][\x80-\xbf]")
"""A line of a table: a row, or the line between two rows."""

_END = re.compile(_BAR.pattern + rb"[ \t\r]*\Z")


def remove(lines: Sequence[SourceLine]) -> Iterable[SourceLine]:
    """Return the lines with ASCII bars in the rows of such tables."""
    fewest = [*_fewest_bars(lines)]
    return _rewritten(lines, fewest) if any(fewest) else lines


def _fewest_bars(lines: Iterable[SourceLine]) -> Iterator[int]:
    """Yield the bars of the row with the fewest, for each table; 0 if the table has no rows."""
    fewest = 0
    was_in_table = False
    for line in lines:
        in_table = _BOX.match(line.text) is not None
        if was_in_table and not in_table:
            yield fewest
            fewest = 0
        was_in_table = in_table
        if in_table and (count := _bars(line.text)):
            fewest = min(fewest or count, count)
    if was_in_table:
        yield fewest


def _rewritten(lines: Iterable[SourceLine], fewest: Iterable[int]) -> Iterator[SourceLine]:
    """Yield the lines; *fewest* has the number of bars to replace, for each table."""
    following = iter(fewest)
    count = 0
    was_in_table = False
    for line in lines:
        in_table = _BOX.match(line.text) is not None
        if in_table and not was_in_table:
            count = next(following)
        was_in_table = in_table
        yield _with_ascii_bars(line, count) if in_table and _bars(line.text) else line


def _bars(text: bytes) -> int:
    """Return the number of bars of a row; 0 if there is none at one of its ends."""
    first = _BAR.search(text)
    is_row = first and not text[: first.start()].strip(b" \t>") and _END.search(text, first.end())
    return sum(1 for _ in _BAR.finditer(text)) if is_row else 0


def _with_ascii_bars(line: SourceLine, count: int) -> SourceLine:
    """Return the row with its first bars and its last one replaced, *count* in all."""
    found = [bar.span() for bar in _BAR.finditer(line.text)]
    chosen = (*found[: count - 1], found[-1])
    edits = ((begin, end, b"|") for begin, end in chosen)
    return line.edited(edits).with_repair("cells", line.text)
