"""Lines that a terminal has cut at its width.

The evidence is the width itself: no line is longer, and practically every line of exactly that
length has its rest on the next line.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from procmaps.extraction.blanks import as_spaces
from procmaps.extraction.field_lines import find_known_field, is_field
from procmaps.extraction.layers.inode_suffixes import without_inode_suffix
from procmaps.extraction.matches import find_partial
from procmaps.extraction.source_lines import SourceLine

_MIN_WIDTH = 40
"""Columns of the narrowest terminal."""

_MIN_CUTS = 2
"""Lines cut at the same width before it counts as the terminal's."""

_MAX_JOINS = 64
"""Lines joined into one, at most: names have at most 4095 bytes."""

_REST_OF_PATH = re.compile(rb"[^ \t<\[(#][^\n]*?[0-9A-Za-z][^\n]*")


def remove(lines: Sequence[SourceLine]) -> Iterator[SourceLine]:
    """Yield the lines, with the halves of a cut line joined without a space."""
    width = _width(lines)
    index = 0
    while index < len(lines):
        line = lines[index]
        index += 1
        size, joins = len(line.text), 0
        is_cut = bool(width) and _may_be_cut(line)
        first = line
        while is_cut and size == width and index < len(lines) and joins < _MAX_JOINS:
            following = lines[index]
            if following.match or not _may_be_rest(first if not joins else None, following.text):
                break
            line = line.joined_with(following, line.text + following.text, "wrapped")
            size, index, joins = len(following.text), index + 1, joins + 1
        yield without_inode_suffix(line) if joins else line


def _width(lines: Sequence[SourceLine]) -> int:
    """Return the width at which a terminal has cut every long line, or 0."""
    candidates: Counter[int] = Counter()
    cut: Counter[int] = Counter()
    for line, following in itertools.pairwise(lines):
        if not _may_be_cut(line):
            continue
        size = len(line.text)
        has_rest = not following.match and _may_be_rest(line, following.text)
        # A rest with blanks may just as well be a remark: it is no evidence for or against.
        if not has_rest or not line.match or _is_one_word(following.text):
            candidates[size] += 1
            cut[size] += has_rest
    longest = max(candidates, default=0)
    is_width = (
        longest >= _MIN_WIDTH
        and cut[longest] >= _MIN_CUTS
        and cut[longest] * 10 >= candidates[longest] * 9
    )
    return longest if is_width else 0


def _may_be_cut(line: SourceLine) -> bool:
    """Return whether a line may continue below. A terminal repeats no prefix on the second half."""
    if not line.match:
        begin = find_partial(line.text)
        return begin >= 0 and not line.text[:begin].strip(b" \t")
    has_end = line.match.name.endswith((b"]", b" (deleted)"))
    return not line.prefix.strip(b" \t") and not has_end


def _may_be_rest(line: SourceLine | None, text: bytes) -> bool:
    """Return whether *text* could be what a terminal has cut off *line*, or off a part of it."""
    content = as_spaces(text).strip(b" \r")
    if not content or find_known_field(content) or is_field(content):
        return False
    name = line.match.name if line and line.match else b""
    if not name:
        return True
    if name.startswith(b"["):
        return content.endswith(b"]")
    return _REST_OF_PATH.fullmatch(text) is not None


def _is_one_word(text: bytes) -> bool:
    return b" " not in text.strip(b" \r").removesuffix(b" (deleted)")
