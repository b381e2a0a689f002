"""Names that a listing prints once, in a table above its rows, and refers to by number.

Valgrind's address space manager does so. The name is appended to each row that has its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from procmaps.extraction import patterns
from procmaps.extraction.listing_rows import find_entry
from procmaps.extraction.source_lines import SourceLine

_HEADING = b"SHOW_SEGMENTS"

NEEDED = re.compile(rb"aspacem").search
"""What a text needs before this layer changes a line."""


def remove(lines: Iterable[SourceLine]) -> Iterator[SourceLine]:
    """Yield the lines, with its name after each row that refers to one."""
    names: dict[bytes, bytes] = {}
    for line in lines:
        if _HEADING in line.text:
            names = {}
        elif entry := find_entry(line.text):
            parts = patterns.captured(entry)
            names[parts["index"]] = parts["NAME"]
        index = line.match.parts.get("index", b"") if names and line.match else b""
        if index in names:
            text = line.text.rstrip(b" ") + b" " + names[index]
            yield line.with_text(text, "named above", names[index])
        else:
            yield line
