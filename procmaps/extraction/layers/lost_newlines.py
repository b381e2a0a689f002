"""Several mappings in one line: a page, a shell or a logger has replaced newlines by spaces."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from procmaps.extraction import patterns
from procmaps.extraction.source_lines import SourceLine
from procmaps.formats.dialects import LINUX

_MIN_MAPPINGS = 3
"""Mappings in a line before it is split: a name may look like a mapping."""


def remove(lines: Sequence[SourceLine]) -> Iterator[SourceLine]:
    """Yield the lines, with a line of several mappings as one line for each.

    Their addresses must rise, and the lines beside it must have no mapping. Otherwise the lines
    still are as they were, and what looks like a mapping is a name.
    """
    columns = patterns.kernel_line(LINUX.name).columns
    found = [[*columns.finditer(line.text)] for line in lines]
    for index, (line, mappings) in enumerate(zip(lines, found, strict=True)):
        neighbours = found[max(0, index - 1) : index] + found[index + 1 : index + 2]
        if len(mappings) < _MIN_MAPPINGS or any(neighbours) or not _do_rise(mappings):
            yield line
            continue
        cuts = [0, *(mapping.start() for mapping in mappings[1:]), len(line.text)]
        for start, end in itertools.pairwise(cuts):
            yield line.with_text(line.text[start:end], "joined", b" ")


def _do_rise(mappings: Sequence[re.Match[bytes]]) -> bool:
    """Return whether each mapping starts at or after the end of the one before it."""
    ranges = [_range(patterns.captured(mapping)) for mapping in mappings]
    return all(below[0] >= above[1] for above, below in itertools.pairwise(ranges))


def _range(parts: dict[str, bytes]) -> tuple[int, int]:
    return int(parts["start"], 16), int(parts["end"], 16)
