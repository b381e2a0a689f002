"""Swapped shared memory, counted once for each part of a file.

``Swap`` of a mapping has two parts. Swap entries in the page table are the process's own, and
``SwapPss`` counts each one divided by its users. Swapped pages of shared memory (tmpfs, memfd,
SysV) have no entry. ``smap_gather_stats()``, fs/proc/task_mmu.c, adds all of them that lie in the
mapping's part of the file, to every mapping of it, and never to ``SwapPss``. Two mappings of one
part show the same pages twice.

A shared mapping has no swap entries of its own, so all its ``Swap`` is shared memory. A private
mapping of shared memory has both; smaps shows only that the entries are at least ``SwapPss``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

import attrs

from procmaps.engines.usage_block_table import MISSING
from procmaps.records.names import Name
from procmaps.records.perms import Perms, Sharing
from procmaps.usage.tables import Table

_SHMEM_KINDS: Final = frozenset(("memfd", "anon_shmem", "sysv", "ashmem", "shared_zero"))
_SHMEM_FOLDER: Final = b"/dev/shm/"
_SHARED: Final = Perms(read=False, write=False, execute=False, sharing=Sharing.SHARED).flags

FileId = tuple[int, int, int]
"""Device, major and minor, and inode."""


@attrs.frozen(order=True)
class SwappedRange:
    """The swapped shared memory in one mapping of a file.

    file      The file.
    first     The offset in the file, in bytes.
    limit     The exclusive end in the file.
    least     The least that can be swapped, in bytes.
    most      The most; equal to ``least`` for a shared mapping.
    """

    file: FileId
    first: int
    limit: int
    least: int
    most: int


def swapped_ranges(table: Table) -> Iterator[tuple[int, SwappedRange]]:
    """Yield each row of *table* with swapped shared memory, and its range of the file.

    A private mapping counts only if its name shows that the file is shared memory: a memfd, a SysV
    segment, a file below ``/dev/shm``. Of any other file, its ``Swap`` is copies that were written.
    """
    swap = table.column("swap")
    if swap is None or not any(swap):
        return
    entries = table.column("swap_pss") or [MISSING] * len(table)
    for row, swapped in enumerate(swap):
        if swapped in (0, MISSING) or not table.inode[row]:
            continue
        shared = bool(table.perms[row] & _SHARED)
        if not (shared or _is_shared_memory(table.name(table.name_index[row]))):
            continue
        own = 0 if shared or entries[row] == MISSING else entries[row]
        first = table.offset[row]
        yield (
            row,
            SwappedRange(
                (table.major[row], table.minor[row], table.inode[row]),
                first,
                first + table.end[row] - table.start[row],
                least=swapped if shared else 0,
                most=max(0, swapped - own),
            ),
        )


def _is_shared_memory(name: Name) -> bool:
    return name.kind in _SHMEM_KINDS or name.raw.startswith(_SHMEM_FOLDER)


def swapped_once(ranges: Iterable[SwappedRange]) -> tuple[int, int]:
    """Return the least and the most bytes of shared memory that are swapped in *ranges*.

    Equal ranges of one file show the same pages. Ranges that overlap in part may or may not: the
    least is what ranges without common parts have, the most is limited by their length.
    """
    least = most = 0
    for _, of_file in groupby(sorted(ranges), key=lambda each: each.file):
        surely: list[_Weight] = []
        possibly: list[_Weight] = []
        # Sorted, not in a dictionary, where numbers of a text could be chosen to collide.
        for (first, limit), equal in groupby(of_file, key=lambda each: (each.first, each.limit)):
            alike = [*equal]
            surely.append((first, limit, max(each.least for each in alike)))
            possibly.append((first, limit, max(each.most for each in alike)))
        low = _heaviest(surely)
        least += low
        most += max(low, _covered(possibly))
    return least, most


_Weight = tuple[int, int, int]
"""The start and the exclusive end of a range, and a number of bytes in it."""


def _heaviest(weights: list[_Weight]) -> int:
    """Return the largest sum of weights of ranges that do not overlap."""
    limits = [0]
    best = [0]
    for first, limit, weight in sorted(weights, key=lambda item: (item[1], item[0])):
        before = best[bisect_right(limits, first) - 1]
        limits.append(limit)
        best.append(max(best[-1], before + weight))
    return best[-1]


def _covered(weights: list[_Weight]) -> int:
    """Return the sum of weights, in each run of overlapping ranges at most the run's length."""
    return sum(min(length, weight) for length, weight in _runs(weights))


def _runs(weights: list[_Weight]) -> Iterator[tuple[int, int]]:
    """Yield the length and the sum of weights of each run of overlapping ranges."""
    start = end = total = 0
    for first, limit, weight in sorted(weights):
        if first >= end:
            yield end - start, total
            start, end, total = first, limit, 0
        end, total = max(end, limit), total + weight
    yield end - start, total
