"""A common end of all lines of a dump: a quotation mark, a comma, the rest of a message."""

from __future__ import annotations

from collections.abc import Sequence

from procmaps.extraction.matches import Match, is_invented_by_kernel
from procmaps.extraction.source_lines import SourceLine

_MIN_LINES = 2
"""Lines with the same end before it counts as a suffix."""

_MAX_LENGTH = 256


def remove(lines: Sequence[SourceLine]) -> list[SourceLine]:
    """Return the lines without the end that a run of them has in common.

    A mapping without a name, or with a name of the kernel's, shows the suffix: ``[heap]",`` is
    ``[heap]`` and a suffix. It is removed only if the lines beside it end in it, too.
    """
    result = [*lines]
    done = 0
    for index, line in enumerate(lines):
        suffix = _suffix(line.match) if index >= done else b""
        if not suffix:
            continue
        begin = index
        while begin > done and result[begin - 1].text.endswith(suffix):
            begin -= 1
        end = index + 1
        while end < len(result) and result[end].text.endswith(suffix):
            end += 1
        if end - begin >= _MIN_LINES:
            for member in range(begin, end):
                text = result[member].text.removesuffix(suffix)
                result[member] = result[member].with_text(text, "suffix", suffix)
            done = end
    return result


def _suffix(match: Match | None) -> bytes:
    """Return the end of a mapping that the kernel cannot have printed; usually empty."""
    if not match or not match.has_all_columns or match.file:
        return b""
    if match.tail:
        return match.tail[:_MAX_LENGTH]
    name = match.name
    if name.startswith(b"["):
        label, bracket, rest = name.partition(b"]")
        return rest[:_MAX_LENGTH] if is_invented_by_kernel(label + bracket) else b""
    is_path = name.startswith((b"/", b"(", b"anon_inode:", b"socket:"))
    return b"" if is_path else name[:_MAX_LENGTH]
