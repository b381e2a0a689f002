"""Percent signs of URLs and of forms: ``00400000-00401000%20r-xp%2000000000``.

The evidence is an address range with encoded permissions after it. The encoded text extends as far
as only characters of a URL follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from procmaps.extraction.source_lines import SourceLine

_RANGE = re.compile(rb"[0-9A-Fa-f]{4,16}(?:-|%2[Dd])[0-9A-Fa-f]{4,16}(?P<space>%20|\+)[r-][w-][x-]")
"""An address range and permissions, with an encoded space between them."""

NEEDED = _RANGE.search
"""What a text needs before this layer changes a line."""

_VALUE = re.compile(rb"[A-Za-z0-9%+._~!*'():@/\[\],;-]+")
"""The value of a parameter in a URL or a form."""

_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_ESCAPE_OR_SPACE = re.compile(rb"%([0-9A-Fa-f]{2})|\+")
_NEWLINE = re.compile(rb"\r?\n|\0")
"""The end of a line. No line contains a NUL (`source_lines.split`)."""


def remove(lines: Iterable[SourceLine]) -> Iterator[SourceLine]:
    """Yield the lines, with encoded ones decoded and divided at their newlines."""
    for line in lines:
        found = _RANGE.search(line.text) if b"%" in line.text or b"+" in line.text else None
        value = _VALUE.match(line.text, found.start()) if found else None
        if found and value:
            yield from _decoded(line, value, has_plus=found["space"] == b"+")
        else:
            yield line


def _decoded(line: SourceLine, value: re.Match[bytes], *, has_plus: bool) -> Iterator[SourceLine]:
    """Yield the lines in a value, then the text after it."""
    escape = _ESCAPE_OR_SPACE if has_plus else _ESCAPE
    edits = (
        (found.start(), found.end(), bytes.fromhex(found[1].decode("ascii")) if found[1] else b" ")
        for found in escape.finditer(line.text, value.start(), value.end())
    )
    decoded = line.edited(edits).with_repair("escape", b"%")
    end = value.end() - (len(line.text) - len(decoded.text))
    yield from decoded.divided(_slices(decoded.text, value.start(), end))


def _slices(text: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the lines of *text*, of which the bytes from *start* to *end* were encoded."""
    begin = 0
    for newline in _NEWLINE.finditer(text, start, end):
        yield begin, newline.start()
        begin = newline.end()
    yield begin, end
    if end < len(text):
        yield end, len(text)
