"""Where a mapping begins in a line, in which format, and what its parts are."""

from __future__ import annotations

import attrs

from procmaps.extraction import patterns
from procmaps.grammar.parsed_line import HeaderLine, ImpossibleValue, check_header
from procmaps.records.perms import Perms

DIALECTS = ("linux", "wsl", "cygwin")
"""The formats that are maps itself; they may stand in one dump."""

_PAGE_MASK = 0xFFF

_NUMBERS = frozenset({"start", "end", "offset", "major", "minor", "size"})
"""The parts in hexadecimal: some programs print capital letters."""

_FILE_LIKE = (b"/", b"[", b"anon_inode:", b"socket:", b"")
"""How a name begins behind a range of a sanitizer: other ranges of numbers are no mappings."""


@attrs.frozen
class Hit:
    """A mapping found in a line."""

    format: str
    """``linux``, ``wsl``, ``cygwin``, ``tombstone`` or ``sanitizer``."""
    column: int
    """Where it begins in the line."""
    start: int
    end: int
    """As printed: in a tombstone possibly the last address."""
    parts: dict[str, bytes]

    @property
    def name(self) -> bytes:
        """The name column; empty where there is none."""
        return self.parts.get("NAME", b"")

    @property
    def is_whole(self) -> bool:
        """Whether the format has all the columns of maps."""
        return self.format in DIALECTS

    @property
    def tail(self) -> bytes:
        """What stands directly behind the inode and is no name; mostly empty."""
        return self.parts.get("TAIL", b"")

    @property
    def file(self) -> tuple[bytes, bytes, bytes] | None:
        """Device and inode as printed; None where there is no file or the format has none."""
        inode = self.parts.get("inode", b"")
        if not inode.strip(b"0"):
            return None
        return (self.parts["major"], self.parts["minor"], inode)


def find(text: bytes) -> Hit | None:
    """The first mapping in *text*, to its end; None where there is none, or only an impossible one.

    A name may look like a mapping; the first one in a line is never inside a name.
    """
    if not patterns.DASH.search(text):
        return None
    best: tuple[int, str, dict[str, bytes]] | None = None
    for form in patterns.formats():
        found = form.line.search(text)
        if found and (best is None or found.start() < best[0]):
            best = found.start(), form.name, patterns.parts(found)
    return _accepted(*best) if best else None


def begun(text: bytes) -> int:
    """Where a mapping begins that the end of the line cuts off; -1 where there is none."""
    if not patterns.DASH.search(text):
        return -1
    cut = [form.partial.search(text) for form in patterns.formats()]
    return min((found.start() for found in cut if found), default=-1)


def _accepted(column: int, form: str, parts: dict[str, bytes]) -> Hit | None:
    if form == "wsl" and not parts["perms"].endswith(b"-"):
        form = "linux"
    parts = {key: part.lower() if key in _NUMBERS else part for key, part in parts.items()}
    start, end = (int(parts[key].replace(b"'", b""), 16) for key in ("start", "end"))
    if form == "tombstone":
        possible = end >= start and _last_address(start, end, parts) is not None
    elif form == "sanitizer":
        possible = end >= start and _is_file_like(parts.get("NAME", b""))
    else:
        possible = _possible(start, end, parts)
    return Hit(form, column, start, end, parts) if possible else None


def _possible(start: int, end: int, parts: dict[str, bytes]) -> bool:
    offset, major, minor = (int(parts[key], 16) for key in ("offset", "major", "minor"))
    perms = Perms.from_text(parts["perms"].decode("ascii")).flags
    try:
        check_header(HeaderLine(start, end, perms, offset, major, minor, int(parts["inode"]), b""))
    except ImpossibleValue:
        return False
    return True


def _is_file_like(name: bytes) -> bool:
    return not name or name.startswith(_FILE_LIKE[:-1])


def behind_end(hit: Hit) -> int:
    """The first address behind a mapping of a tombstone, whichever of the two it prints."""
    behind = _last_address(hit.start, hit.end, hit.parts)
    return hit.end if behind is None else behind


def _last_address(start: int, end: int, parts: dict[str, bytes]) -> int | None:
    """The first address behind; None where the size column contradicts both ways to count."""
    if "size" not in parts:
        # Areas are whole pages, of 4096 bytes at least: such an end is the last byte of one.
        return end + 1 if end & _PAGE_MASK == _PAGE_MASK else end
    size = int(parts["size"], 16)
    return start + size if end - start in (size, size - 1) else None
