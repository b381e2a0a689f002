"""Tables drawn with box characters, as terminal programs print them.

A row has a bar at each end, and others between its cells. They become ASCII bars here, and
`table_cells` reads the cells. A name can contain such a bar, so a row has as many of them replaced
as the mapping of its table with the fewest has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from procmaps.extraction.search_hints import may_have_mapping
from procmaps.extraction.source_lines import SourceLine

_BAR = re.compile(rb"\xe2(?:\x94[\x82\x83\x86\x87\x8a\x8b]|\x95[\x8e\x8f\x91])")
"""A vertical line of Unicode's block *Box Drawing*."""

NEEDED = _BAR.search
"""What a text needs before this layer changes a line."""

_BOX = re.compile(rb"[ \t>]{0,64}\xe2[\x94\x95][\x80-\xbf]")
"""A line of a table: a row, or the line between two rows."""

_TOP = re.compile(rb"[ \t>]{0,64}\xe2(?:\x94[\x8c-\x8f]|\x95[\x92-\x94\xad])")
"""The upper left corner of a table."""

_MIN_BARS = 6
"""Bars of a row whose columns are cells, at least."""

_MIN_ROW_BARS = 2
"""Bars of a row of one cell: one at each end."""

_END = re.compile(_BAR.pattern + rb"[ \t\r]*\Z")


def remove(lines: Sequence[SourceLine]) -> Iterable[SourceLine]:
    """Return the lines with ASCII bars in the rows of such tables."""
    fewest = [*_fewest_bars(lines)]
    return _rewritten(lines, fewest) if any(fewest) else lines


def _tables(lines: Iterable[SourceLine]) -> Iterator[tuple[SourceLine, bool, bool]]:
    """Yield each line, whether it is of a table, and whether that table begins here."""
    was_in_table = False
    for line in lines:
        in_table = _BOX.match(line.text) is not None
        begins = in_table and (not was_in_table or _TOP.match(line.text) is not None)
        yield line, in_table, begins
        was_in_table = in_table


def _fewest_bars(lines: Iterable[SourceLine]) -> Iterator[int]:
    """Yield the bars of the row with the fewest, for each table; 0 if the table has no rows."""
    fewest = 0
    has_title = False
    has_table = False
    for line, in_table, begins in _tables(lines):
        if begins:
            if has_table:
                yield _count(fewest, has_title=has_title)
            fewest, has_title, has_table = 0, False, True
        count = _bars(line.text) if in_table else 0
        if count == _MIN_ROW_BARS and not may_have_mapping(line.text):
            has_title = True
        elif count:
            fewest = min(fewest or count, count)
    if has_table:
        yield _count(fewest, has_title=has_title)


def _count(fewest: int, *, has_title: bool) -> int:
    """Return the bars to replace. A title spans all columns, or it is above a single one."""
    return _MIN_ROW_BARS if has_title and fewest < _MIN_BARS else fewest


def _rewritten(lines: Iterable[SourceLine], fewest: Iterable[int]) -> Iterator[SourceLine]:
    """Yield the lines; *fewest* has the number of bars to replace, for each table."""
    following = iter(fewest)
    count = 0
    for line, in_table, begins in _tables(lines):
        if begins:
            count = next(following)
        bars = _bars(line.text) if in_table else 0
        yield _with_ascii_bars(line, min(count, bars)) if bars else line


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
