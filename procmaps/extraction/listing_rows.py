"""Read the rows of other programs' listings: the columns that ``maps`` has, in its own form.

A row counts only if its numbers agree with each other. So a table of other numbers is no listing:
addresses are multiples of a page, the size is the distance of the addresses, a name is a name.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping

import attrs

from procmaps.extraction import patterns
from procmaps.extraction.pmap_names import (
    is_name,
    name_after_columns,
    rest_of_columns,
    state_of_last_part,
)
from procmaps.extraction.results import NameState
from procmaps.formats.listings import LISTINGS, Listing
from procmaps.grammar.parsed_line import MAX_U32, MAX_U64

_PAGE = 4096
"""The smallest page of any architecture, in bytes."""

_PAGE_SIZES = (4096, 16384, 65536)

_ADDRESS = re.compile(rb"000(?![0-9A-Fa-f])")
"""The end of an address: no row is without one, and few other lines have one."""

_CALLED_ANONYMOUS = re.compile(rb"\[anon_[0-9a-f]+\]")
"""What pwndbg calls unnamed memory; the kernel prints a colon."""

_LABEL = re.compile(rb"\[[A-Za-z]")
"""The beginning of a label, known or unknown. Sizes and states in brackets begin otherwise."""

_READ, _WRITE, _EXECUTE, _SHARED, _PRIVATE = 4, 2, 1, 16, 32
"""The flags of a mapping in the log of createdump."""

_LETTERS_OF_BUSYBOX = 4
"""Letters of a mode in BusyBox's pmap, which prints whole names; procps prints five letters."""

_RANGES = ("gdb", "old_tombstone")
"""The grammars with a row that has only numbers, if it has neither name nor permissions."""

_MAX_IMPOSSIBLE = 4
"""Rows with impossible addresses that are passed in one line. It keeps the search linear."""

_CUE_OF_ENTRIES = b"aspacem"
"""The text that every line of Valgrind's address space manager has."""

_OF_THE_KERNEL = b"-1"
"""The process that perf gives the kernel's own memory."""


@attrs.frozen
class Row:
    """A row of a listing, with its columns as ``maps`` prints them."""

    listing: Listing
    column: int
    """Where the row begins in its line, in bytes from 0."""
    start: int
    end: int
    parts: dict[str, bytes]
    """The columns by the names of the rules in ``grammar/header.lark``; those that it has."""
    name_state: NameState
    process: bytes = b""
    """The process, in listings of several."""


def find_row(text: bytes, expected: str = "") -> Row | None:
    """Return the row of a listing in *text*, or None.

    *expected* is the name of the listing around it. Only there a weak row counts, see
    `find_weak_row`.
    """
    rows = (row for row in _rows(text) if not _is_weak(row) or row.listing.name == expected)
    return next(rows, None)


def find_weak_row(text: bytes) -> Row | None:
    """Return a row that may as well be the beginning of something else, or None.

    It has addresses and perhaps other numbers, but no name.
    """
    return next(filter(_is_weak, _rows(text)), None)


def find_row_candidate(text: bytes) -> re.Match[bytes] | None:
    """Return the first row in *text* whose addresses are possible, whatever its name, or None."""
    if _ADDRESS.search(text):
        for listing in LISTINGS:
            # A range, and text directly after it, are no evidence: the range may be a cell.
            is_range = listing.grammar in ("no_device", "old_tombstone")
            compiled = patterns.listing_row if is_range else patterns.listing_candidate
            pattern = compiled(listing.grammar)
            found = pattern.search(text) if listing.cue in text else None
            for _ in range(_MAX_IMPOSSIBLE):
                if not found or _span(listing, patterns.captured(found)):
                    break
                # Another row may follow in the same literal.
                found = pattern.search(text, found.start() + 1)
            if found and _span(listing, patterns.captured(found)):
                return found
    return None


def is_hole(text: bytes) -> bool:
    """Return whether *text* is a range in a listing that is no mapping, or possibly none."""
    return any(
        listing.cue in text and patterns.listing_rule(listing.grammar, "hole", ()).search(text)
        for listing in LISTINGS
        if listing.has_holes
    )


def find_entry(text: bytes) -> re.Match[bytes] | None:
    """Return the entry of Valgrind's table of names in *text*, or None."""
    if _CUE_OF_ENTRIES not in text:
        return None
    return patterns.listing_rule("aspacem", "entry", ("index", "NAME")).search(text)


def is_entry(text: bytes) -> bool:
    """Return whether *text* has an entry of Valgrind's table of names."""
    return find_entry(text) is not None


def listing_named(name: str) -> Listing | None:
    """Return the listing called *name*, or None."""
    return _by_name().get(name)


@functools.cache
def _by_name() -> dict[str, Listing]:
    return {listing.name: listing for listing in LISTINGS}


@functools.cache
def _pattern(listing: Listing) -> re.Pattern[bytes]:
    return patterns.listing_row(listing.grammar)


def _rows(text: bytes) -> Iterator[Row]:
    """Yield the rows of all listings in *text*."""
    if not _ADDRESS.search(text):
        return
    for listing in LISTINGS:
        if listing.cue in text and (found := _pattern(listing).search(text)):
            row = _row(listing, found)
            if row:
                yield row


def _is_weak(row: Row) -> bool:
    if row.parts["NAME"]:
        return False
    grammar = row.listing.grammar
    return grammar == "no_device" or (grammar in _RANGES and "perms" not in row.parts)


def _row(listing: Listing, found: re.Match[bytes]) -> Row | None:
    groups = patterns.captured(found)
    span = _span(listing, groups)
    if span is None or groups.get("process") == _OF_THE_KERNEL:
        return None
    parts = _permissions(groups) | _place(groups)
    name, state = _name(listing, groups)
    is_gap = listing.grammar == "lldb" and parts["perms"] == b"---" and not name
    is_part = listing.grammar == "createdump" and "perms" not in parts
    if (
        not _may_be_name(listing, name)
        or is_gap
        or is_part
        or int(parts.get("offset", b"0"), 16) % _PAGE
        or not _is_possible_place(parts)
    ):
        return None
    if "fields" in groups:
        parts["rest"] = rest_of_columns(groups)
    parts |= {key: groups[key] for key in ("build_id", "index") if key in groups}
    parts["NAME"] = name
    return Row(listing, found.start(), *span, parts, state, groups.get("process", b""))


def _may_be_name(listing: Listing, name: bytes) -> bool:
    if listing.names == "label" and _LABEL.match(name):
        return True
    return not name or listing.names in ("any", "last part") or is_name(name)


def _span(listing: Listing, groups: Mapping[str, bytes]) -> tuple[int, int] | None:
    """Return start and exclusive end, or None if they cannot be those of a mapping."""
    start = int(groups["start"], 16)
    sizes = [read(groups[key]) for key, read in _SIZES.items() if key in groups]
    pages = groups.get("pages", b"")
    last = int(groups["end"], 16) if "end" in groups else start + sizes[0]
    end = last + listing.end_is_last
    agree = all(size == end - start for size in sizes)
    agree = agree and (not pages or _are_pages(pages, end - start))
    is_possible = 0 < start < end <= 1 << 64 and not start % _PAGE and not end % _PAGE
    return (start, end) if agree and is_possible else None


def _hexadecimal(text: bytes) -> int:
    return int(text, 16)


_SIZES: dict[str, Callable[[bytes], int]] = {
    "size": _hexadecimal,
    "bytes": int,
    "fields": lambda text: int(text.split(None, 1)[0]) * 1024,
    "kilobytes": lambda text: int(text) * 1024,
}
"""The columns with a size, and how each is read. One contradicts the addresses in no real row."""


def _are_pages(pages: bytes, size: int) -> bool:
    """Return whether *size* is so many pages. .NET Core 3 prints a decimal number."""
    numbers = {int(pages, 16), *([int(pages)] if pages.isdigit() else [])}
    return any(size == number * page for number in numbers for page in _PAGE_SIZES)


def _permissions(groups: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the permissions as ``maps`` prints them, without the last letter if unknown."""
    if "perms" in groups:
        perms = groups["perms"]
        return {"perms": perms[:3].lower() + perms[3:]}
    if "mode" in groups:
        mode = groups["mode"]
        return {"perms": mode[:3] + (mode[3:4] if mode[3:4] in (b"s", b"p") else b"p")}
    flags = int(groups.get("flags", b"0"), 16)
    if not flags & (_SHARED | _PRIVATE):
        return {}
    letters = ((_READ, b"r"), (_WRITE, b"w"), (_EXECUTE, b"x"))
    perms = b"".join(letter if flags & flag else b"-" for flag, letter in letters)
    return {"perms": perms + (b"s" if flags & _SHARED else b"p")}


def _place(groups: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return offset, device and inode as ``maps`` prints them."""
    parts = {key: groups[key] for key in ("offset", "major", "minor", "inode") if key in groups}
    if "decimal" in groups:
        parts["offset"] = b"%x" % int(groups["decimal"])
    if "process" in groups and "offset" in groups and not _is_file_of_perf(groups):
        # perf prints the page number of memory without a file, where maps prints 0.
        del parts["offset"]
    number = None
    if "number" in groups:
        number = int(groups["number"])
    elif "encoded" in groups:
        number = int(groups["encoded"], 16)
    if number is not None:
        parts["major"] = b"%02x" % (number >> 8 & 0xFFF | number >> 32 & ~0xFFF)
        parts["minor"] = b"%02x" % (number & 0xFF | number >> 12 & 0xFFFFFF00)
    return {key: text.lower() for key, text in parts.items()}


def _is_possible_place(parts: Mapping[str, bytes]) -> bool:
    """Return whether device and inode have no more bits than the kernel's."""
    device = max(int(parts.get(key, b"0"), 16) for key in ("major", "minor"))
    return device <= MAX_U32 and int(parts.get("inode", b"0")) <= MAX_U64


def _is_file_of_perf(groups: Mapping[str, bytes]) -> bool:
    if "inode" in groups:
        return bool(groups["inode"].strip(b"0"))
    name = groups["NAME"]
    return "build_id" in groups or (name.startswith(b"/") and not name.startswith(b"//"))


def _name(listing: Listing, groups: Mapping[str, bytes]) -> tuple[bytes, NameState]:
    name = groups.get("NAME", b"")
    is_invented = listing.grammar == "pwndbg" and _CALLED_ANONYMOUS.fullmatch(name)
    if is_invented or name in listing.unnamed:
        return b"", "whole"
    if listing.grammar == "aspacem":
        return name, "whole" if name else "unknown"
    if "fields" in groups:
        return _name_of_columns(groups)
    if len(groups.get("mode", b"")) == _LETTERS_OF_BUSYBOX:
        return name, "whole"
    if listing.grammar == "createdump" and "access" not in groups and name.startswith(b"/"):
        return name, "perhaps cut"
    return state_of_last_part(name) if listing.names == "last part" else (name, "whole")


def _name_of_columns(groups: Mapping[str, bytes]) -> tuple[bytes, NameState]:
    fields = len(groups["fields"].split())
    has_file = bool(groups["inode"].strip(b"0"))
    rest = rest_of_columns(groups)
    name = name_after_columns(rest, fields, has_flags="letters" in groups, has_file=has_file)
    return (b"", "unknown") if has_file and not name else state_of_last_part(name)
