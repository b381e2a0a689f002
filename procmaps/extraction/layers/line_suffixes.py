"""A common end of all lines of a dump: a quotation mark, a comma, the rest of a message."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from procmaps.extraction.matches import Match, is_kernel_name
from procmaps.extraction.source_lines import SourceLine

_MIN_LINES = 2
"""Lines with the same end before it counts as a suffix."""

_WORD = re.compile(rb"[A-Za-z0-9_][A-Za-z0-9_.+@:-]*")
"""A name without a path."""

_MAX_LENGTH = 256


def remove(lines: Sequence[SourceLine]) -> Iterator[SourceLine]:
    """Yield the lines without the end that a run of them has in common.

    A mapping without a name, or with a name of the kernel's, shows the suffix: ``[heap]",`` is
    ``[heap]`` and a suffix. It is removed only if the lines beside it end in it, too.
    """
    index = 0
    for run, suffix in _runs(lines):
        yield from (lines[member] for member in range(index, run.start))
        for member in run:
            text = lines[member].text.removesuffix(suffix)
            yield lines[member].with_text(text, "suffix", suffix)
        index = run.stop
    yield from (lines[member] for member in range(index, len(lines)))


def _runs(lines: Sequence[SourceLine]) -> Iterator[tuple[range, bytes]]:
    """Yield the lines that end in one suffix, and the suffix."""
    done = 0
    for index, line in enumerate(lines):
        suffix = _suffix(line.match) if index >= done else b""
        if not suffix:
            continue
        begin = index
        while begin > done and lines[begin - 1].text.endswith(suffix):
            begin -= 1
        end = index + 1
        while end < len(lines) and lines[end].text.endswith(suffix):
            end += 1
        if end - begin >= _MIN_LINES:
            done = end
            yield range(begin, end), suffix


def _suffix(match: Match | None) -> bytes:
    """Return the end of a mapping that the kernel cannot have printed; usually empty."""
    if not match:
        return b""
    if not match.has_all_columns and not (match.is_row and match.name.startswith(b"[")):
        return b""
    name = match.name
    if name.startswith(b"["):
        return _text_after_label(name, has_file=match.file is not None)
    if match.file:
        return b""
    if match.tail:
        return match.tail[:_MAX_LENGTH]
    # Made-up dumps for tests have names without a path.
    is_word = _WORD.fullmatch(name) is not None
    is_path = name.startswith((b"/", b"(", b"anon_inode:", b"socket:"))
    return b"" if is_word or is_path else name[:_MAX_LENGTH]


def _text_after_label(name: bytes, *, has_file: bool) -> bytes:
    """Return the text after a name of the kernel's in brackets, or an empty text."""
    label, bracket, rest = name.partition(b"]")
    # A label of old Android may contain a bracket.
    is_inside = label.startswith(b"[anon") and rest.rstrip(b" \t").endswith(b"]")
    if is_inside or not is_kernel_name(label + bracket, has_file=has_file):
        return b""
    return rest[:_MAX_LENGTH]
