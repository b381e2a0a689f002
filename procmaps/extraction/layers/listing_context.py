"""Rows of listings that count only next to other rows of the same listing, or below its heading.

Without a name, such a row may as well be the first half of a longer line, or other numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import attrs

from procmaps.extraction.listing_rows import find_weak_row
from procmaps.extraction.markers import find_marker
from procmaps.extraction.plain_lines import has_weak_row
from procmaps.extraction.source_lines import SourceLine

NEEDED = has_weak_row
"""What a text needs before this layer changes a line."""

_LISTINGS = {
    "openharmony": "maps without device",
    "tombstone": "tombstone up to android 4.2",
}
"""The listing below a heading that has a container of its own."""


def remove(lines: Sequence[SourceLine]) -> Iterable[SourceLine]:
    """Return the lines, each weak row with the name of the listing around it."""
    if not any(_listing_of_weak_row(line) for line in lines):
        return lines
    shown = bytearray(len(lines))
    _mark(lines, shown, range(len(lines)), -1)
    _mark(lines, shown, range(len(lines) - 1, -1, -1), 1)
    return _marked(lines, shown)


def _listing_of_weak_row(line: SourceLine) -> str:
    """Return the name of the listing whose weak row is in *line*; empty if there is none."""
    row = None if line.match else find_weak_row(line.text)
    return row.listing.name if row else ""


def _mark(
    lines: Sequence[SourceLine], shown: bytearray, indices: Iterable[int], towards: int
) -> None:
    """Note in *shown* the weak rows whose neighbour, one step *towards* it, shows the listing."""
    neighbour: SourceLine | None = None
    for index in indices:
        line = lines[index]
        if listing := _listing_of_weak_row(line):
            if neighbour and _shows(neighbour, listing, is_above=towards < 0):
                shown[index] = 1
            if shown[index]:
                line = attrs.evolve(line, listing=listing)
        neighbour = line


def _marked(lines: Iterable[SourceLine], shown: bytearray) -> Iterator[SourceLine]:
    for line, is_shown in zip(lines, shown, strict=True):
        yield attrs.evolve(line, listing=_listing_of_weak_row(line)) if is_shown else line


def _shows(line: SourceLine, listing: str, *, is_above: bool) -> bool:
    if line.match:
        return line.match.format == listing
    marker = find_marker(line.text) if is_above else None
    if not marker:
        return False
    return listing in (marker.listing, _LISTINGS.get(marker.container or ""))
