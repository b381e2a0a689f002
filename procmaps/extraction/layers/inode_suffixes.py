"""Text directly after the inode of unnamed memory, such as a closing tag."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from procmaps.extraction.results import RepairKind
from procmaps.extraction.source_lines import SourceLine


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
