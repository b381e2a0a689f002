"""Find a mapping in a line: its position, its format and its columns."""

from __future__ import annotations

import functools
import re

import attrs

from procmaps.extraction import patterns
from procmaps.extraction.blanks import DASH
from procmaps.extraction.listing_rows import find_row, find_row_candidate, listing_named
from procmaps.extraction.results import NameState
from procmaps.extraction.search_hints import may_have_mapping
from procmaps.formats.dialects import LINUX
from procmaps.grammar import loading
from procmaps.grammar.parsed_line import HeaderLine, ImpossibleValue, check_header
from procmaps.records.names import AnonName, AnonShmemName, FilePath, Name, UnknownName

KERNEL_FORMATS = ("linux", "wsl", "cygwin")
"""The formats with all columns of ``maps``. One dump may contain several of them."""

_PAGE_MASK = 0xFFF

_MIN_DIGITS = 8
"""Digits of an address in a sanitizer's report, at least (``%p``, sanitizer_printf.cpp)."""

_HEXADECIMAL = frozenset({"start", "end", "offset", "major", "minor", "size"})
"""The columns in hexadecimal. Some programs print capital letters."""

_MODE = re.compile(rb"[rR-][wW-][xX-]|===")
"""Permissions, which all formats but a sanitizer's have after the range."""

_MAX_CACHED = 4096
"""Bytes of a line whose mapping is remembered for a while, at most."""

_NAMES_AFTER_A_RANGE = (b"/", b"anon_inode:", b"socket:")
"""The beginnings of names in a sanitizer's report. Other ranges of numbers are no mappings."""


@attrs.frozen
class Match:
    """A mapping that was found in a line."""

    format: str
    """``linux``, ``wsl``, ``cygwin``, ``tombstone``, ``sanitizer``, or the name of a listing."""
    column: int
    """Where the mapping begins in the line, in bytes from 0."""
    start: int
    end: int
    """The end as printed; in a tombstone possibly the last address."""
    parts: dict[str, bytes]
    """The text of each column, by the name of its rule in the grammar."""
    name_state: NameState = "whole"
    process: bytes = b""
    """The number of the process, in listings of several."""

    @property
    def name(self) -> bytes:
        """The name column; empty if there is none."""
        return self.parts.get("NAME", b"")

    @property
    def has_all_columns(self) -> bool:
        """Whether the format has all the columns of ``maps``."""
        return self.format in KERNEL_FORMATS

    @property
    def is_row(self) -> bool:
        """Whether this is a row of another program's listing."""
        return listing_named(self.format) is not None

    @property
    def is_rollup(self) -> bool:
        """Whether this is the single header line of ``smaps_rollup``."""
        return self.has_all_columns and _parse_name(self.name).kind == "rollup"

    @property
    def tail(self) -> bytes:
        """Text directly after the inode that is no name; usually empty."""
        return self.parts.get("TAIL", b"")

    @property
    def file(self) -> tuple[bytes, bytes, bytes] | None:
        """Device and inode as printed; None for memory without a file, or without the columns."""
        inode = self.parts.get("inode", b"")
        if not inode.strip(b"0"):
            return None
        return (self.parts["major"], self.parts["minor"], inode)


def find_match(text: bytes, expected: str = "") -> Match | None:
    """Return the first mapping in *text*, or None if its numbers are impossible.

    A mapping extends to the end of the line. A name may look like a mapping, but the first one in a
    line is never inside a name. *expected* is the name of another program's listing around the
    line, see `listing_rows.find_row`.
    """
    if plain := _plain_match(text, 0):
        return plain
    if not may_have_mapping(text):
        return None
    match = _find_mapping(text) if DASH.search(text) else None
    if match:
        return match
    row = find_row(text, expected)
    if not row:
        return None
    name, begin = row.listing.name, row.column
    return Match(name, begin, row.start, row.end, row.parts, row.name_state, row.process)


_PLAIN = re.compile(
    rb"([0-9a-f]{1,16})-([0-9a-f]{1,16}) ([r-][w-][x-][ps]) ([0-9a-f]{1,16}) "
    rb"([0-9a-f]{1,8}):([0-9a-f]{1,8}) ([0-9]{1,19})(?: ++([/\[][^\n]*+)?)?\Z"
)
"""A mapping as the kernel prints it, if it has no name or one that begins with a slash or a label.

A copy of a part of the grammar, because it is searched in every line: a test holds it to that."""


def is_plain(text: bytes) -> bool:
    """Return whether `find_match` finds the mapping that nearly all dumps consist of.

    If not, it may still find one of another form.
    """
    if _plain_match(text, 0):
        return True
    first = patterns.any_range().search(text) if b"-" in text else None
    return first is not None and _plain_match(text, first.start()) is not None


def _plain_match(text: bytes, column: int) -> Match | None:
    """Return the mapping at *column* if it is one of those that nearly all dumps consist of."""
    found = _PLAIN.match(text, column)
    if not found:
        return None
    start, end, perms, offset, major, minor, inode, name = found.groups()
    first_address, end_address = int(start, 16), int(end, 16)
    if end_address < first_address:
        return None
    parts = {
        "start": start, "end": end, "perms": perms, "offset": offset,
        "major": major, "minor": minor, "inode": inode,
    }  # fmt: skip
    if name is not None:
        parts["NAME"] = name
    return Match("linux", column, first_address, end_address, parts)


def _find_mapping(text: bytes) -> Match | None:
    """Return the first mapping in *text* that the kernel, a tombstone or a sanitizer printed."""
    first = patterns.any_range().search(text)
    if not first:
        return None
    if plain := _plain_match(text, first.start()):
        return plain
    best = _search(text)
    return _checked(best[1].start(), best[0], patterns.captured(best[1])) if best else None


def find_candidate(text: bytes) -> re.Match[bytes] | None:
    """Return the first mapping in *text* without a check of its numbers, or None."""
    if not may_have_mapping(text):
        return None
    best = _search(text) if DASH.search(text) else None
    return best[1] if best else find_row_candidate(text)


def _search(text: bytes) -> tuple[str, re.Match[bytes]] | None:
    """Return the first mapping of any format in *text*, and its format."""
    return (_search_again if len(text) <= _MAX_CACHED else _search_formats)(text)


def _search_formats(text: bytes) -> tuple[str, re.Match[bytes]] | None:
    first = patterns.any_range().search(text)
    if not first:
        return None
    best: tuple[str, re.Match[bytes]] | None = None
    has_mode = _MODE.search(text, first.end()) is not None
    for pattern in patterns.all_formats() if has_mode else (patterns.sanitizer(),):
        found = pattern.line.search(text, first.start())
        if found and (best is None or found.start() < best[1].start()):
            best = pattern.format, found
            if found.start() <= first.start():
                break
    return best


_search_again = functools.lru_cache(8)(_search_formats)
"""Layers ask for the same line one after the other."""


def find_partial(text: bytes) -> int:
    """Return where a mapping begins that the end of *text* cuts off, or -1."""
    if b"000" not in text or not DASH.search(text):
        return -1
    found = [pattern.partial.search(text) for pattern in patterns.all_formats()]
    return min((match.start() for match in found if match), default=-1)


def exclusive_end(match: Match) -> int:
    """Return the exclusive end of a mapping in a tombstone, whichever end it prints."""
    end = _tombstone_end(match.start, match.end, match.parts)
    return match.end if end is None else end


def is_invented_by_kernel(name: bytes) -> bool:
    """Return whether *name* is of a form that the kernel invents, such as ``[heap]``."""
    return not isinstance(_parse_name(name), FilePath | UnknownName)


def is_kernel_name(name: bytes, *, has_file: bool) -> bool:
    """Return whether *name* is one that the kernel invents for such memory.

    Dumps of Android and OpenHarmony have labels, ``[anon:…]``, also with the inode of a file.
    """
    parsed = _parse_name(name)
    if has_file:
        return isinstance(parsed, AnonName | AnonShmemName)
    return not isinstance(parsed, FilePath | UnknownName)


def _parse_name(name: bytes) -> Name:
    return loading.load(LINUX.name).parse_name(name)


def _checked(column: int, name: str, parts: dict[str, bytes]) -> Match | None:
    """Return the mapping, or None if no kernel can have such numbers."""
    if name == "wsl" and not parts["perms"].endswith(b"-"):
        name = "linux"
    for key in _HEXADECIMAL:
        if key in parts:
            parts[key] = parts[key].lower()
    if perms := parts.get("perms"):
        parts["perms"] = perms[:3].lower() + perms[3:]
    start = int(parts["start"].replace(b"'", b""), 16)
    end = int(parts["end"].replace(b"'", b""), 16)
    if name == "tombstone":
        possible = _is_possible_tombstone_line(start, end, parts)
    elif name == "sanitizer":
        possible = _is_possible_range(start, end, parts)
    else:
        possible = _is_possible_header(start, end, parts)
    return Match(name, column, start, end, parts) if possible else None


def _is_possible_tombstone_line(start: int, end: int, parts: dict[str, bytes]) -> bool:
    exclusive = _tombstone_end(start, end, parts)
    if end < start or exclusive is None:
        return False
    # Without a size, only whole pages show that the numbers are addresses.
    return "size" in parts or not (start | exclusive) & _PAGE_MASK


def _is_possible_range(start: int, end: int, parts: dict[str, bytes]) -> bool:
    """Return whether two numbers and a text can be a mapping that a sanitizer prints.

    Its mappings are whole pages, its addresses have at least eight digits, and its dash has no
    spaces. Other programs print other text after a range: ``[RW-]``.
    """
    if end < start or (start | end) & _PAGE_MASK or len(parts["start"]) < _MIN_DIGITS:
        return False
    name = parts.get("NAME", b"")
    if name.startswith(b"["):
        label, bracket, _ = name.partition(b"]")
        return is_invented_by_kernel(label + bracket)
    return not name or name.startswith(_NAMES_AFTER_A_RANGE)


def _is_possible_header(start: int, end: int, parts: dict[str, bytes]) -> bool:
    major, minor, inode = int(parts["major"], 16), int(parts["minor"], 16), int(parts["inode"])
    try:
        # Neither the permissions nor the offset can be impossible.
        check_header(HeaderLine(start, end, 0, 0, major, minor, inode, b""))
    except ImpossibleValue:
        return False
    return True


def _tombstone_end(start: int, end: int, parts: dict[str, bytes]) -> int | None:
    """Return the exclusive end, or None if the size column fits neither way to count."""
    if "size" not in parts:
        # Areas are whole pages of at least 4096 bytes: such an end is the last byte of a page.
        return end + 1 if end & _PAGE_MASK == _PAGE_MASK else end
    size = int(parts["size"], 16)
    return start + size if end - start in (size, size - 1) else None
