"""Find a mapping in a line: its position, its format and its columns."""

from __future__ import annotations

import functools
import re

import attrs

from procmaps.extraction import patterns
from procmaps.extraction.blanks import DASH
from procmaps.formats.dialects import LINUX
from procmaps.grammar import loading
from procmaps.grammar.parsed_line import HeaderLine, ImpossibleValue, check_header
from procmaps.records.names import FilePath, Name, UnknownName
from procmaps.records.perms import Perms

KERNEL_FORMATS = ("linux", "wsl", "cygwin")
"""The formats with all columns of ``maps``. One dump may contain several of them."""

_PAGE_MASK = 0xFFF

_HEXADECIMAL = frozenset({"start", "end", "offset", "major", "minor", "size"})
"""The columns in hexadecimal. Some programs print capital letters."""

_NAMES_AFTER_A_RANGE = (b"/", b"[", b"anon_inode:", b"socket:")
"""The beginnings of names in a sanitizer's report. Other ranges of numbers are no mappings."""


@attrs.frozen
class Match:
    """A mapping that was found in a line."""

    format: str
    """``linux``, ``wsl``, ``cygwin``, ``tombstone`` or ``sanitizer``."""
    column: int
    """Where the mapping begins in the line, in bytes from 0."""
    start: int
    end: int
    """The end as printed; in a tombstone possibly the last address."""
    parts: dict[str, bytes]
    """The text of each column, by the name of its rule in the grammar."""

    @property
    def name(self) -> bytes:
        """The name column; empty if there is none."""
        return self.parts.get("NAME", b"")

    @property
    def has_all_columns(self) -> bool:
        """Whether the format has all the columns of ``maps``."""
        return self.format in KERNEL_FORMATS

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


def find_match(text: bytes) -> Match | None:
    """Return the first mapping in *text*, or None if its numbers are impossible.

    A mapping extends to the end of the line. A name may look like a mapping, but the first one in a
    line is never inside a name.
    """
    if not DASH.search(text):
        return None
    best: tuple[int, str, dict[str, bytes]] | None = None
    for pattern in patterns.all_formats():
        found = pattern.line.search(text)
        if found and (best is None or found.start() < best[0]):
            best = found.start(), pattern.format, patterns.captured(found)
    return _checked(*best) if best else None


@functools.lru_cache(8)
def find_candidate(text: bytes) -> re.Match[bytes] | None:
    """Return the first mapping in *text* without a check of its numbers, or None."""
    if not DASH.search(text):
        return None
    found = (pattern.line.search(text) for pattern in patterns.all_formats())
    return min((match for match in found if match), key=lambda match: match.start(), default=None)


def find_partial(text: bytes) -> int:
    """Return where a mapping begins that the end of *text* cuts off, or -1."""
    if not DASH.search(text):
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


def _parse_name(name: bytes) -> Name:
    return loading.load(LINUX.name).parse_name(name)


def _checked(column: int, name: str, parts: dict[str, bytes]) -> Match | None:
    """Return the mapping, or None if no kernel can have such numbers."""
    if name == "wsl" and not parts["perms"].endswith(b"-"):
        name = "linux"
    parts = {key: text.lower() if key in _HEXADECIMAL else text for key, text in parts.items()}
    start, end = (int(parts[key].replace(b"'", b""), 16) for key in ("start", "end"))
    if name == "tombstone":
        possible = end >= start and _tombstone_end(start, end, parts) is not None
    elif name == "sanitizer":
        label = parts.get("NAME", b"")
        possible = end >= start and (not label or label.startswith(_NAMES_AFTER_A_RANGE))
    else:
        possible = _is_possible_header(start, end, parts)
    return Match(name, column, start, end, parts) if possible else None


def _is_possible_header(start: int, end: int, parts: dict[str, bytes]) -> bool:
    offset, major, minor = (int(parts[key], 16) for key in ("offset", "major", "minor"))
    perms = Perms.from_text(parts["perms"].decode("ascii")).flags
    try:
        check_header(HeaderLine(start, end, perms, offset, major, minor, int(parts["inode"]), b""))
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
