"""What entries of pagemap say, without a loop over the pages.

The flags of an entry are in its highest byte. So every eighth byte of the text is a string of
flags, and counting a class of pages is counting a character.
"""

from __future__ import annotations

import functools
import re
import sys
from array import array
from typing import Final

import attrs

from procmaps.formats.page_bits import FRAME_BITS, PAGEMAP, SWAP_TYPE_BITS, SWAP_TYPES
from procmaps.pages.pagemap_file import ENTRY

_LITTLE: Final = sys.byteorder == "little"
_HIGHEST: Final = ENTRY - 1 if _LITTLE else 0
_SECOND: Final = ENTRY - 2 if _LITTLE else 1

_SHIFT: Final = 56


def _flag(name: str) -> int:
    """Return the bit in the highest byte of an entry."""
    return PAGEMAP[name].mask >> _SHIFT


_EXCLUSIVE: Final = _flag("exclusive")
_GUARD: Final = _flag("guard")
_FILE: Final = _flag("file")
_SWAPPED: Final = _flag("swapped")
_PRESENT: Final = _flag("present")
_SOFT_DIRTY: Final = PAGEMAP["soft_dirty"].mask >> (_SHIFT - 8)


@attrs.frozen
class Tally:
    """The pages of a run of entries.

    present          The number of present pages.
    exclusive        Of these, anonymous pages that one entry maps, by bit 56.
    exclusive_file   The same for pages of files and shared memory.
    shared           The frames of all other anonymous pages, one for each page.
    shared_file      The same for pages of files and shared memory.
    guard            The number of guard pages, as far as bit 58 shows them.
    swapped          The number of pages with a swap entry.
    marked           The number of other entries: markers, pages that migrate, bad memory.
    soft_dirty       The number of pages, present or swapped, that are soft-dirty.
    """

    present: int
    exclusive: int
    exclusive_file: int
    shared: array[int]
    shared_file: array[int]
    guard: int
    swapped: int
    marked: int
    soft_dirty: int


def tally(
    data: bytes, *, trust_exclusive: bool = True, hidden: bool = False, soft_dirty: bool = True
) -> Tally:
    """Count the pages of the entries *data*.

    Without *trust_exclusive*, each present page is among `Tally.shared`. With *hidden*, frames and
    swap types are zeros, because the kernel hides them: then no frame is returned, and every entry
    that is no guard counts as swapped. *soft_dirty* says whether that bit is to be looked at.
    """
    flags = data[_HIGHEST::ENTRY]
    seen = {value: flags.count(value) for value in set(flags) if value}
    alone = _EXCLUSIVE if trust_exclusive or hidden else 0
    ask: dict[int, list[int]] = {0: [], _FILE: []}
    exclusive = {0: 0, _FILE: 0}
    present = guard = swapped = marked = 0
    for value, pages in seen.items():
        if value & _PRESENT:
            present += pages
            if value & alone:
                exclusive[value & _FILE] += pages
            else:
                ask[value & _FILE].append(value)
        elif value & _SWAPPED:
            if value & _GUARD:
                guard += pages
            elif hidden:
                swapped += pages
            else:
                swaps, marks = _swap_entries(_select(data, flags, seen, [value]))
                swapped += swaps
                marked += marks
    return Tally(
        present,
        exclusive[0],
        exclusive[_FILE],
        array("Q") if hidden else frames(_select(data, flags, seen, ask[0])),
        array("Q") if hidden else frames(_select(data, flags, seen, ask[_FILE])),
        guard,
        swapped,
        marked,
        _soft_dirty(data, flags) if soft_dirty else 0,
    )


def first_frame(data: bytes, *, of_file: bool) -> int:
    """Return the frame of the first present page, of a file or of none; 0 if there is none."""
    found = _FIRST[of_file].search(data[_HIGHEST::ENTRY])
    return frames(data[found.start() * ENTRY :][:ENTRY])[0] if found else 0


def frames(data: bytes) -> array[int]:
    """Return the number of the frame in each entry of *data*."""
    found = array("Q")
    if data:
        mask = int.from_bytes(_mask(len(data) // ENTRY), sys.byteorder)
        number = int.from_bytes(data, sys.byteorder) & mask
        found.frombytes(number.to_bytes(len(data), sys.byteorder))
    return found


@functools.lru_cache(maxsize=64)
def _mask(entries: int) -> bytes:
    """Return entries that have every bit of a frame's number."""
    return ((1 << FRAME_BITS) - 1).to_bytes(ENTRY, sys.byteorder) * entries


def _select(data: bytes, flags: bytes, seen: dict[int, int], values: list[int]) -> bytes:
    """Return the entries of *data* whose highest byte is one of *values*."""
    if not values:
        return b""
    if sum(seen[value] for value in values) == len(flags):
        return data
    runs = _runs_of(bytes(values)).finditer(flags)
    return b"".join([data[run.start() * ENTRY : run.end() * ENTRY] for run in runs])


@functools.lru_cache(maxsize=256)
def _runs_of(values: bytes) -> re.Pattern[bytes]:
    return re.compile(b"[" + b"".join(rb"\x%02x" % value for value in values) + b"]+")


_FIRST: Final = {
    of_file: _runs_of(bytes(v for v in range(256) if v & _PRESENT and bool(v & _FILE) is of_file))
    for of_file in (False, True)
}
"""Finds present pages among the highest bytes."""


def _swap_entries(data: bytes) -> tuple[int, int]:
    """Return the number of swap entries in *data*, and of other entries."""
    types = (1 << SWAP_TYPE_BITS) - 1
    lowest = data[0::ENTRY] if _LITTLE else data[ENTRY - 1 :: ENTRY]
    marks = sum(lowest.count(byte) for byte in set(lowest) if byte & types >= SWAP_TYPES)
    return len(lowest) - marks, marks


def _soft_dirty(data: bytes, flags: bytes) -> int:
    """Return the number of pages that are soft-dirty and present or swapped."""
    second = data[_SECOND::ENTRY]
    if second.isascii():  # bit 55 is in none
        return 0
    dirty = int.from_bytes(second, "big") & int.from_bytes(
        bytes([_SOFT_DIRTY]) * len(second), "big"
    )
    either = int.from_bytes(flags.translate(_USED), "big")
    return (dirty & either).bit_count()


_USED: Final = bytes(_SOFT_DIRTY if value & (_PRESENT | _SWAPPED) else 0 for value in range(256))
"""For each highest byte the bit of soft-dirty if the page is present or swapped."""
