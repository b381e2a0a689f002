"""Find the parts of a text that may contain a dump, by searches far cheaper than a parse.

Every area begins at a page: its first address ends in 000, and near it is another such number, a
size or a mode. The exceptions are encodings that hide all digits, and they are declared.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator

_HEX = rb"[0-9A-Fa-f]"

_MODE_LETTERS = rb"[rR\\=-]{1,2}[wW\\=-]{1,2}[xX\\=-]"
"""Permissions, also as Markdown (`r\\-\\-`) and quoted-printable print them."""

_FAR_END = (
    rb"[^\n]{1,96}?(?:" + _HEX + rb"{2}(?:000|fff|FFF)(?!" + _HEX + rb")"
    rb"|0[xX]" + _HEX + rb"(?:000|fff|FFF)(?!" + _HEX + rb")"
    rb"|[0-9]K|" + _MODE_LETTERS + rb")"
)
"""An end, a size or a mode somewhere after an address."""

_NEXT_END = (
    rb"(?:[ \t]{0,8}(?:\\?-|&#(?:45|x2[dD]);)[ \t]{0,8}" + _HEX + rb"{1,13}(?:000|fff|FFF)"
    rb"|[ \t]{1,8}" + _HEX + rb"{1,13}(?:000|fff|FFF)[ \t]{1,8}" + _MODE_LETTERS + rb")"
)
"""The end of a range, directly after its start, or an end and a mode."""

_PAGES = re.compile(
    rb"000(?!" + _HEX + rb")(?:"
    rb"(?:(?<=" + _HEX + rb"{5})|(?<=0[xX]" + _HEX + rb"{4}))" + _FAR_END + rb"|"
    rb"(?<=" + _HEX + rb"{4})" + _NEXT_END + rb")"
)
"""An address of a page, and an end, a size or a mode after it.

Logs are full of four digits such as 1000 or +0000, so these count only with 0x before them, or as a
range. An address of five digits or more counts with anything near it that a mapping has.
"""

_MODE = re.compile(rb"-(?:0x)?[0-9A-Fa-f]{1,16}[ \t]{1,64}[r-][w-][x-]")
"""The end of a range and a mode, also where a dump was changed and no address is one of a page."""

_DECLARATIONS = (b"base64", b"quoted-printable")
"""The names of encodings of mails, in any case."""

_SMALL = 1 << 20
"""Bytes of a text that is searched for modes, even if it has no address of a page."""

_CHUNK = 1 << 20
"""Bytes that are searched for a declaration together."""

_EVIDENCE = (re.compile(rb"\x1b"), re.compile(rb"<(?:pre|br|p|code|html|div|td|span)\b|</[a-z]"))
"""Text that shows a layer of the whole text, wherever it is."""

MARGIN = 600
"""Lines around a hint that are read: more than half the distance between mappings of a dump."""


def may_have_mapping(text: bytes) -> bool:
    """Return whether a line may contain a mapping of any format."""
    return (b"000" in text and _PAGES.search(text) is not None) or (
        b"-" in text and _MODE.search(text) is not None
    )


def has_range_and_mode(text: bytes, begin: int, end: int) -> bool:
    """Return whether *text* has the end of a range and a mode between two bytes."""
    return _MODE.search(text, begin, end) is not None


def parts_to_read(data: bytes) -> list[tuple[int, int]]:
    """Return begin and end of each part of *data* that may contain a dump, in whole lines.

    A line with evidence of a layer of the whole text is a part, too. Without a hint there is none.
    """
    if _declares_encoding(data):
        return [(0, len(data))]
    if len(data) > _SMALL and not _PAGES.search(data):
        return []
    parts = [*_parts_around_hints(data)]
    if not parts:
        return []
    evidence = (found.start() for each in _EVIDENCE if (found := each.search(data)))
    lines = ((_line_start(data, at), _line_end(data, at)) for at in evidence)
    return sorted({*parts, *(line for line in lines if not _is_inside(line, parts))})


def _declares_encoding(data: bytes) -> bool:
    for begin in range(0, len(data), _CHUNK):
        chunk = data[begin : begin + _CHUNK + max(map(len, _DECLARATIONS))].lower()
        if any(name in chunk for name in _DECLARATIONS):
            return True
    return False


def _parts_around_hints(data: bytes) -> Iterator[tuple[int, int]]:
    begin = last = -1
    for hint in _hints(data):
        if begin < 0:
            begin = _lines_before(data, hint)
        elif hint - last > MARGIN and data.count(b"\n", last, hint) > 2 * MARGIN:
            yield begin, _lines_after(data, last)
            begin = _lines_before(data, hint)
        last = hint
    if begin >= 0:
        yield begin, _lines_after(data, last)


def _hints(data: bytes) -> Iterator[int]:
    """Return the hints in order, by their first byte."""
    found = (pattern.finditer(data) for pattern in (_PAGES, _MODE))
    return heapq.merge(*((hint.start() for hint in hints) for hints in found))


def _lines_before(data: bytes, at: int) -> int:
    """Return the start of the line that is `MARGIN` lines before the byte *at*."""
    for _ in range(MARGIN + 1):
        at = data.rfind(b"\n", 0, at)
        if at < 0:
            return 0
    return at + 1


def _lines_after(data: bytes, at: int) -> int:
    """Return the end of the line that is `MARGIN` lines after the byte *at*."""
    for _ in range(MARGIN + 1):
        at = data.find(b"\n", at) + 1
        if not at:
            return len(data)
    return at - 1


def _line_start(data: bytes, at: int) -> int:
    return data.rfind(b"\n", 0, at) + 1


def _line_end(data: bytes, at: int) -> int:
    end = data.find(b"\n", at)
    return len(data) if end < 0 else end


def _is_inside(line: tuple[int, int], parts: list[tuple[int, int]]) -> bool:
    return any(begin <= line[0] <= end for begin, end in parts)
