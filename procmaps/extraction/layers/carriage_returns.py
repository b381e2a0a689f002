"""Carriage returns at the ends of lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from procmaps.extraction.matches import find_match, is_invented_by_kernel
from procmaps.extraction.source_lines import SourceLine


def remove(lines: Sequence[SourceLine]) -> Iterator[SourceLine]:
    """Yield the lines without the CR of a CR LF.

    A name may end in CR. So it is removed only from a run of lines that end in CR, if one of them
    has no name of its own: a blank line, other text, unnamed memory, a name of the kernel's.
    """
    index = 0
    while index < len(lines):
        end = index
        while end < len(lines) and lines[end].text.endswith(b"\r"):
            end += 1
        run = lines[index:end]
        if any(_cannot_own_cr(line.text) for line in run):
            for line in run:
                yield line.with_text(line.text[:-1], "carriage return", b"\r")
        else:
            yield from run
        if end < len(lines):
            yield lines[end]
        index = end + 1


def _cannot_own_cr(text: bytes) -> bool:
    match = find_match(text[:-1])
    if match is None or not match.name:
        return True
    return not match.file and is_invented_by_kernel(match.name)
