"""Blanks that pad all lines to one width: PowerShell's tables, and psql with a ``+`` at the end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from procmaps.extraction.field_lines import find_known_field
from procmaps.extraction.matches import is_kernel_name
from procmaps.extraction.source_lines import SourceLine

_MIN_LINES = 3
"""Lines of one width before it counts as padded."""

NEEDED = re.compile(rb"(?:  |\] | \+)(?![^\n\0])").search
"""What a text needs before this layer changes a line."""

_PADDING = re.compile(rb"(?<! ) *\+?\Z")
_BLANKS = re.compile(rb"(?<! ) *\Z")
"""A run of blanks is tried once, from its start."""


def remove(lines: Sequence[SourceLine]) -> Iterator[SourceLine]:
    """Yield the lines without the blanks that pad a run of them to one width.

    The evidence is a mapping with more blanks than the kernel prints, where no name can have them.
    """
    index = 0
    for run, padding in _runs(lines):
        yield from (lines[member] for member in range(index, run.start))
        yield from (_without(lines[member], padding) for member in run)
        index = run.stop
    yield from (lines[member] for member in range(index, len(lines)))


def _runs(lines: Sequence[SourceLine]) -> Iterator[tuple[range, re.Pattern[bytes]]]:
    """Yield the lines of one width that are padded, and the padding."""
    begin, width, marks, is_shown = 0, -1, 0, False
    for index, line in enumerate(lines):
        text = line.text
        if len(text) != width:
            if is_shown and index - begin >= _MIN_LINES:
                yield range(begin, index), _padding(marks, index - begin)
            begin, width, marks, is_shown = index, len(text), 0, False
        marks += text.endswith(b"+")
        is_shown = is_shown or _is_padded(line)
    if is_shown and len(lines) - begin >= _MIN_LINES:
        yield range(begin, len(lines)), _padding(marks, len(lines) - begin)


def _padding(marks: int, count: int) -> re.Pattern[bytes]:
    """Return the padding of lines of which so many end in a mark; psql marks all but the last."""
    return _PADDING if marks >= count - 1 else _BLANKS


def _is_padded(line: SourceLine) -> bool:
    """Return whether no name can have the blanks at the end of a mapping."""
    if not line.text.endswith((b"  ", b"] ", b" +")) or not line.match:
        return False
    match = line.match
    name = match.name or match.tail
    bare = name[: _end(name, _PADDING)]
    if not match.has_all_columns or match.file or name == bare:
        return not name and line.text.endswith(b"  ")
    return not bare or is_kernel_name(bare, has_file=False)


def _end(text: bytes, padding: re.Pattern[bytes]) -> int:
    found = padding.search(text)
    return found.start() if found else len(text)


def _without(line: SourceLine, padding: re.Pattern[bytes]) -> SourceLine:
    """Return a mapping or a field without its padding."""
    match = line.match
    if not match and not find_known_field(line.text[: _end(line.text, padding)]):
        return line
    end = _end(line.text, padding)
    # The kernel prints a space after the inode of unnamed memory.
    is_unnamed = match is not None and match.has_all_columns and end <= _columns_end(line)
    space = b" " * is_unnamed
    if end + len(space) >= len(line.text):
        return line
    removed = line.text[end:]
    return line.edited([(end, len(line.text), space)]).with_repair("suffix", removed)


def _columns_end(line: SourceLine) -> int:
    """Return where the columns before the name end, without blanks."""
    name = line.match.name or line.match.tail if line.match else b""
    bare = name[: _end(name, _PADDING)]
    return len(line.text) if not bare else len(line.text) - len(name)
