"""Lines that a terminal has cut at its width.

The evidence is the width itself: no line is longer, and practically every line of exactly that
length has its rest on the next line.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from procmaps.extraction.blanks import as_spaces
from procmaps.extraction.field_lines import find_known_field, is_field
from procmaps.extraction.layers.inode_suffixes import without_inode_suffix
from procmaps.extraction.matches import find_match, find_partial
from procmaps.extraction.patterns import any_range
from procmaps.extraction.plain_lines import has_other_line
from procmaps.extraction.source_lines import SourceLine, joined

_MIN_WIDTH = 40
"""Columns of the narrowest terminal."""

_MIN_CUTS = 2
"""Lines cut at the same width before it counts as the terminal's."""

NEEDED = has_other_line
"""What a text needs before this layer changes a line."""

_MAX_JOINS = 64
"""Lines joined into one, at most: names have at most 4095 bytes."""

_REST_OF_PATH = re.compile(rb"[^ \t<\[(#][^\n]*?[0-9A-Za-z][^\n]*")


def remove(lines: Sequence[SourceLine]) -> Iterator[SourceLine]:
    """Yield the lines, with the halves of a cut line joined without a space."""
    width = _width(lines)
    # Each line is looked at from up to _MAX_JOINS lines above it.
    line_at = functools.lru_cache(2 * _MAX_JOINS)(lines.__getitem__)
    index = 0
    while index < len(lines):
        parts = _parts(line_at, range(index, len(lines)), width)
        whole = without_inode_suffix(joined(parts, "wrapped")) if len(parts) > 1 else parts[0]
        if whole.match:
            yield whole
            index += len(parts)
        else:
            # A mail has broken it, at a blank.
            yield parts[0]
            index += 1


def _parts(line_at: Callable[[int], SourceLine], indices: range, width: int) -> list[SourceLine]:
    """Return the first line of *indices* and all that the terminal may have cut off it."""
    parts = [line_at(indices[0])]
    if not width or not _may_be_cut(parts[0]):
        return parts
    for index in indices[1 : 1 + _MAX_JOINS]:
        following = line_at(index)
        if len(parts[-1].text) != width or following.match:
            break
        if not _may_be_rest(parts[0] if len(parts) == 1 else None, following.text):
            break
        parts.append(following)
    return parts


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
    # A cut is never before an address: the narrowest terminal shows more than a range.
    if not content or any_range().match(content):
        return False
    if find_known_field(content) or is_field(content):
        return False
    match = line.match if line else None
    if line and match and match.format == "tombstone":
        # A mail program breaks between the columns, too, and drops the blanks there.
        has_size = "size" in match.parts or not match.name.startswith((b"/", b"["))
        whole = find_match(line.text + text)
        if has_size and not (whole and "size" in whole.parts):
            return False
    name = match.name if match else b""
    if not name:
        return True
    if name.startswith(b"["):
        return content.endswith(b"]")
    return _REST_OF_PATH.fullmatch(text) is not None


def _is_one_word(text: bytes) -> bool:
    return b" " not in text.strip(b" \r").removesuffix(b" (deleted)")
