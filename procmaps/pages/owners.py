"""Which processes map a frame: a reverse map of our own, as the kernel's cannot be read.

A page with one mapping by bit 56 of pagemap belongs to one process, so only the others are kept: a
few in a hundred on most machines. Sets of processes are numbered, because few different ones occur.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import attrs

from procmaps.pages.pagemap_file import PAGE
from procmaps.pages.sums import Backing


class Owners(NamedTuple):
    """Who maps a frame.

    backing    What the page is of.
    pids       The processes.
    mappings   The number of mappings of all processes, by the kernel's count; 0 if it has none.
    unseen     Whether a process maps it that could not be read.
    stale      Whether more mappings were seen than there are: the frame was used again meanwhile.
    """

    backing: Backing
    pids: frozenset[int]
    mappings: int
    unseen: bool
    stale: bool


@attrs.frozen
class SharedMemory:
    """Frames that the same processes map.

    backing   What the pages are of.
    pids      The processes that map each of them.
    size      Bytes of the frames, each counted once.
    unseen    Whether a process maps them, too, that could not be read.
    """

    backing: Backing
    pids: frozenset[int]
    size: int
    unseen: bool


_Set = tuple[Backing, frozenset[int]]


@attrs.define
class ReverseMap:
    """The owners of every frame that pagemap does not say to have one mapping."""

    _numbers: dict[_Set, int] = attrs.field(factory=dict[_Set, int], init=False)
    _sets: list[_Set] = attrs.field(factory=list[_Set], init=False)
    _set_of: dict[int, int] = attrs.field(factory=dict[int, int], init=False)
    _seen: Counter[int] = attrs.field(factory=Counter[int], init=False)
    _owners: list[Owners] = attrs.field(factory=list[Owners], init=False)
    _owners_of: dict[int, int] = attrs.field(factory=dict[int, int], init=False)

    def add(self, pid: int, asked: Iterable[tuple[Backing, array[int]]]) -> None:
        """Add the frames of a process, one for each page that it maps."""
        set_of = self._set_of
        for backing, frames in asked:
            self._seen.update(frames)
            own = set(frames)
            new = own.difference(set_of)
            old = [*(own - new)]
            numbers = [*map(set_of.__getitem__, old)]
            larger = {number: self._larger(number, pid) for number in set(numbers)}
            set_of.update(zip(old, map(larger.__getitem__, numbers), strict=True))
            set_of.update(dict.fromkeys(new, self._number((backing, frozenset((pid,))))))

    def _larger(self, number: int, pid: int) -> int:
        """Return the number of a set with one more process."""
        backing, pids = self._sets[number]
        return self._number((backing, pids | {pid}))

    def _number(self, owners: _Set) -> int:
        number = self._numbers.setdefault(owners, len(self._sets))
        if number == len(self._sets):
            self._sets.append(owners)
        return number

    @property
    def frames(self) -> Iterable[int]:
        """Every frame, each once."""
        return self._set_of.keys()

    def close(self, counts: dict[int, int]) -> None:
        """Compare with the kernel's *counts*, when every process has been added.

        Frames that are alike have one number; the owners of each number are made once.
        """
        frames, seen = self._set_of, self._seen
        alike = [
            *zip(
                frames.values(),
                map(counts.__getitem__, frames),
                map(seen.__getitem__, frames),
                strict=True,
            )
        ]
        numbers: dict[tuple[int, int, int], int] = {}
        for known, mapped, met in set(alike):
            numbers[known, mapped, met] = len(self._owners)
            backing, pids = self._sets[known]
            self._owners.append(Owners(backing, pids, mapped, mapped > met, 0 < mapped < met))
        self._owners_of.update(zip(frames, map(numbers.__getitem__, alike), strict=True))

    def tally(self, frames: Iterable[int]) -> list[tuple[Owners, int]]:
        """Return the owners of *frames* with the number of pages of each."""
        found = Counter(map(self._owners_of.__getitem__, frames))
        return [(self._owners[number], pages) for number, pages in found.items()]

    def shared(self) -> tuple[list[SharedMemory], int]:
        """Return all frames by their owners, and the bytes of those that are stale.

        Stale frames, and those that the kernel does not count, are in no group.
        """
        sizes: Counter[tuple[Backing, frozenset[int], bool]] = Counter()
        stale = 0
        for owners, pages in self.tally(self._set_of):
            if owners.stale:
                stale += pages * PAGE
            elif owners.mappings:
                sizes[owners.backing, owners.pids, owners.unseen] += pages * PAGE
        groups = [
            SharedMemory(backing, pids, size, unseen)
            for (backing, pids, unseen), size in sizes.items()
        ]
        return groups, stale
