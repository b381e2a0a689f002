"""The parts of mappings that are read: what was never touched is left out."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from procmaps.pages.pagemap_file import PAGE, SLICE
from procmaps.pages.rows import HOLE, Rows
from procmaps.pages.scan_ioctl import USED, Region, Scanner

_GAP: Final = 16
"""Pages between two segments that are read with them, because a second read would take longer."""

LIMIT: Final = 1 << 63
"""Addresses from here on are the kernel's, as that of ``[vsyscall]``: pagemap has none of them."""


class Segment(NamedTuple):
    """Pages of one mapping.

    categories   What the scan says of them; None without a scan.
    """

    row: int
    start: int
    end: int
    categories: int | None

    @property
    def pages(self) -> int:
        """The number of pages."""
        return (self.end - self.start) // PAGE


def segments(rows: Rows, scanner: Scanner | None) -> Iterator[Segment]:
    """Yield the parts of mappings that may have pages, at most 64 MiB each, by address."""
    ranges = sorted(
        (start, end, row)
        for row, (start, end) in enumerate(zip(rows.start, rows.end, strict=True))
        if start < LIMIT
    )
    if scanner is None:
        found = _whole(ranges)
    else:
        found = (each for span in _spans(ranges) for each in _scanned(span, scanner))
    size = SLICE * PAGE
    for row, start, end, categories in _joined(found):
        for part in range(start, end, size):
            yield Segment(row, part, min(end, part + size), categories)


def _joined(found: Iterable[Segment]) -> Iterator[Segment]:
    """Join segments of a mapping that are near each other and need no more than their entries."""
    last: Segment | None = None
    for segment in found:
        if last is not None and _belong_together(last, segment):
            last = last._replace(end=segment.end)
            continue
        if last is not None:
            yield last
        last = segment
    if last is not None:
        yield last


def _belong_together(one: Segment, other: Segment) -> bool:
    if one.row != other.row or one.categories is None or other.categories is None:
        return False
    alone = (one.categories | other.categories) & ~USED
    return not alone and 0 <= other.start - one.end <= _GAP * PAGE


def _whole(rows: Iterable[tuple[int, int, int]]) -> Iterator[Segment]:
    return (Segment(row, start, end, None) for start, end, row in rows)


def _spans(rows: list[tuple[int, int, int]]) -> Iterator[list[tuple[int, int, int]]]:
    """Yield runs of rows without a large hole."""
    first = 0
    for index in range(1, len(rows) + 1):
        if index == len(rows) or rows[index][0] - rows[index - 1][1] > HOLE:
            yield rows[first:index]
            first = index


def _scanned(span: list[tuple[int, int, int]], scanner: Scanner) -> Iterator[Segment]:
    """Yield what the regions of a scan and the rows of *span* have in common."""
    limit = max(end for _, end, _ in span)
    at = 0
    try:
        for region in scanner.regions(span[0][0], limit):
            while at < len(span) and span[at][1] <= region.start:
                at += 1
            yield from _common(span, at, region)
    except OSError as error:
        if error.errno != errno.EFAULT:
            raise
        # Part of it is above the programs' addresses, as [vectors] on arm. Nothing was scanned.
        yield from _whole(span)


def _common(span: list[tuple[int, int, int]], at: int, region: Region) -> Iterator[Segment]:
    while at < len(span) and span[at][0] < region.end:
        start, end, row = span[at]
        yield Segment(row, max(start, region.start), min(end, region.end), region.categories)
        at += 1


def reads(found: Iterable[Segment]) -> Iterator[list[Segment]]:
    """Yield runs of segments that are read at once: near each other, and 64 MiB in sum."""
    run: list[Segment] = []
    for segment in found:
        if run and (
            segment.start - run[-1].end > _GAP * PAGE
            or segment.start < run[-1].end
            or segment.end - run[0].start > SLICE * PAGE
        ):
            yield run
            run = []
        run.append(segment)
    if run:
        yield run
