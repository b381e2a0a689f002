"""Text directly after the inode of unnamed memory, such as a closing tag."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from procmaps.extraction.blanks import BLANK
from procmaps.extraction.results import RepairKind
from procmaps.extraction.source_lines import SourceLine

NEEDED = re.compile(
    rb":[0-9A-Fa-f]{1,16}%b++[0-9]++(?:[^0-9A-Za-z \t._/\[(\n\0-]|\[/)" % BLANK.encode("latin-1")
).search
"""What a text needs before this layer changes a line."""


def remove(lines: Iterable[SourceLine]) -> Iterator[SourceLine]:
    """Yield the lines without text after the inode that no kernel prints there."""
    return map(without_inode_suffix, lines)


def without_inode_suffix(line: SourceLine) -> SourceLine:
    """Return *line* without text after its inode; the kernel prints one space there."""
    if not line.match or not line.match.tail:
        return line
    tail = line.match.tail
    kind: RepairKind = "markup" if tail.startswith(b"<") else "suffix"
    return line.with_text(line.text.removesuffix(tail) + b" ", kind, tail)
