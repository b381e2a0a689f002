"""Addresses without what the kernel randomised, in the same order and at the same distances."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import Final

import attrs

_GAP: Final = 1 << 24
"""The least hole between clusters of mappings, in bytes. Distances inside a cluster are kept."""

_HUGE: Final = 1 << 21
"""Addresses keep their remainder, so that what can be a huge page stays so."""

_TOP_BITS: Final = 8
"""The leading bits of an address that are kept: they show which part of the address space it is."""

_KERNEL: Final = 1 << 63
"""Addresses from here on are fixed, such as that of ``[vsyscall]``."""


@attrs.frozen
class Addresses:
    """Moves each cluster of mappings down, never across another one."""

    _starts: tuple[int, ...]
    _moves: tuple[int, ...]

    @classmethod
    def of(cls, ranges: Iterable[tuple[int, int]]) -> Addresses:
        """Return the moves for mappings with these ranges, exclusive ends; in any order."""
        clusters: list[tuple[int, int]] = []
        for start, end in sorted(ranges):
            if clusters and start < clusters[-1][1] + _GAP:
                first, limit = clusters.pop()
                clusters.append((first, max(limit, end)))
            else:
                clusters.append((start, end))
        moves: list[int] = []
        free = 0
        for start, limit in clusters:
            moves.append(start - _placed(start, limit, free))
            free = limit - moves[-1] + _GAP
        return cls(tuple(start for start, _ in clusters), tuple(moves))

    def moved(self, address: int) -> int:
        """Return the new address; *address* is a start or an end of a mapping."""
        index = bisect_right(self._starts, address) - 1
        return address - self._moves[index] if index >= 0 else address


def _placed(start: int, limit: int, free: int) -> int:
    """Return where a cluster begins: at *free* or above, and not above *start*.

    The clusters before it moved down, too, and ended at least `_GAP` below *start*. A cluster whose
    addresses differ in their number of digits stays, because some would lose one.
    """
    grain = 1 << max(0, start.bit_length() - _TOP_BITS)
    if start >= _KERNEL or grain < _HUGE or _digits(start) != _digits(limit):
        return start
    remainder = start % _HUGE
    new = start // grain * grain + remainder
    if new < free:
        new = free + (remainder - free) % _HUGE
    return new


def _digits(address: int) -> int:
    return len(f"{address:08x}")
