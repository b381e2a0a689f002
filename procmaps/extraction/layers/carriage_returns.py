"""Carriage returns at the ends of lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from procmaps.extraction.matches import find_match, is_kernel_name
from procmaps.extraction.source_lines import SourceLine

NEEDED = re.compile(rb"\r").search
"""What a text needs before this layer changes a line."""

_MAX_RETURNS = 8
"""CRs at the end of each line, at most: one for each copy by way of Windows."""


def remove(lines: Sequence[SourceLine]) -> Iterator[SourceLine]:
    """Yield the lines without the CR of a CR LF, or the CRs of a CR CR LF.

    Some programs of Windows print CR LF into a file that makes CR LF of each LF. A name may end in
    CR. So it is removed only from a run of lines that end in CR, if one of them
    has no name of its own: a blank line, other text, unnamed memory, a name of the kernel's.
    """
    index = 0
    while index < len(lines):
        end = index
        count = _MAX_RETURNS
        while end < len(lines) and (found := _returns(lines[end].text)):
            end, count = end + 1, min(count, found)
        run = range(index, end)
        if not any(_cannot_own_cr(lines[member].text) for member in run):
            count = 0
        yield from (_without_returns(lines[member], count) for member in run)
        if end < len(lines):
            yield lines[end]
        index = end + 1


def _returns(text: bytes) -> int:
    """Return the number of CRs at the end of *text*."""
    return len(text) - len(text.rstrip(b"\r"))


def _without_returns(line: SourceLine, count: int) -> SourceLine:
    for _ in range(count):
        line = line.with_text(line.text[:-1], "carriage return", b"\r")
    return line


def _cannot_own_cr(text: bytes) -> bool:
    match = find_match(text.rstrip(b"\r"))
    if match is None or not match.name:
        return True
    if match.file:
        return is_kernel_name(match.name, has_file=True)
    # Memory without a file has a name of the kernel's, or one of a dump made by hand.
    return not match.name.startswith(b"/")
