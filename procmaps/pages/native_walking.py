"""A walk over the pages of a process in C; equal to `procmaps.pages.walking` in Python."""

from __future__ import annotations

from array import array
from typing import Final

from procmaps.engines.page_walk import (
    COUNTED,
    EVERY_FRAME,
    HAS_FILE,
    HIDDEN,
    HUGE,
    SOFT_DIRTY,
    RowsToWalk,
    Runs,
    walk_rows,
)
from procmaps.formats.page_bits import FRAME_FLAGS
from procmaps.pages.backing import ByFrames
from procmaps.pages.pagemap_file import ENTRY, PAGE
from procmaps.pages.segments import LIMIT
from procmaps.pages.sums import Backing, PageSums
from procmaps.pages.walking import Sink, Walk

_WIDTH: Final = len(COUNTED)
_DIRECT: Final = tuple(
    (name, COUNTED.index(name))
    for name in ("present", "guard", "swapped", "marked", "soft_dirty", "zero")
)
"""Figures that are added as they are, each with its index."""

_FIRST_ANONYMOUS: Final = COUNTED.index("first_anonymous")
_FIRST_FILE: Final = COUNTED.index("first_file")


def walk_natively(walk: Walk, sums: list[PageSums], sink: Sink) -> None:
    """Count the pages of each row into *sums*, and give the frames to look at to *sink*.

    Raises `OSError`, and `procmaps.ReadFailed` for a frame.
    """
    NativeWalk(walk, sums, sink).run()


class NativeWalk:
    """One walk."""

    def __init__(self, walk: Walk, sums: list[PageSums], sink: Sink) -> None:
        """Sort the rows by address, as the walk in C needs them."""
        self._walk = walk
        self._sums = sums
        self._sink = sink
        starts = [*walk.rows.start]
        self._order = [row for row, start in enumerate(starts) if start < LIMIT]
        self._order.sort(key=starts.__getitem__)
        self._numbers = array("Q", bytes(ENTRY * _WIDTH * len(self._order)))

    def run(self) -> None:
        """Walk over all rows."""
        walk, order = self._walk, self._order
        start, end, huge, inode = (
            [*map(column.__getitem__, order)]
            for column in (walk.rows.start, walk.rows.end, walk.rows.huge, walk.rows.inode)
        )
        flags = (
            HUGE * each | HAS_FILE * (file > 0) for each, file in zip(huge, inode, strict=True)
        )
        rows = RowsToWalk(
            array("Q", start),
            array("Q", end),
            bytes(flags),
            PAGE,
            0 if walk.scanner is None else walk.scanner.categories,
            HIDDEN * (walk.kinds is None)
            | EVERY_FRAME * walk.every_frame
            | SOFT_DIRTY * walk.soft_dirty,
        )
        for none, of_file, unsure in walk_rows(walk.pagemap.file.fileno(), rows, self._numbers):
            if walk.kinds is not None:
                self._ask(none, of_file, unsure, walk.kinds)
        each_row = zip(*[iter(self._numbers)] * _WIDTH, strict=True)
        for index, numbers in enumerate(each_row):
            if any(numbers):
                self._count(index, self._sums[order[index]], numbers)

    def _ask(self, none: Runs, of_file: Runs, unsure: Runs, kinds: ByFrames) -> None:
        """Give frames to the sink, but those of hugetlbfs."""
        for index, frames in unsure:
            # Before 6.11, pagemap_pmd_range(), fs/proc/task_mmu.c, does not set bit 61 for the huge
            # pages of files and shared memory.
            known = kinds.flags.read(frames)
            anonymous, others = array("Q"), array("Q")
            for frame in frames:
                is_anonymous = known[frame] & FRAME_FLAGS["anonymous"].mask
                (anonymous if is_anonymous else others).append(frame)
            if others and not self._numbers[index * _WIDTH + _FIRST_FILE]:
                self._numbers[index * _WIDTH + _FIRST_FILE] = others[0]
            none.extend([(index, anonymous)] if anonymous else [])
            of_file.extend([(index, others)] if others else [])
        for anonymous_only, runs in ((True, none), (False, of_file)):
            for index, frames in runs:
                backing = self._backing_of(index, kinds)
                if backing is not None:
                    kind = "anonymous" if anonymous_only else backing
                    self._sink.ask(self._order[index], kind, frames)

    def _backing_of(self, index: int, kinds: ByFrames) -> Backing | None:
        """Return what the pages of the mapping's file are of; None for hugetlbfs."""
        file = self._walk.rows.file(self._order[index])
        kind = kinds.known(file)
        if kind is None:
            at = index * _WIDTH
            if frame := self._numbers[at + _FIRST_FILE]:
                kind = kinds.ask(file, frame, of_file=True)
            elif (frame := self._numbers[at + _FIRST_ANONYMOUS]) and self._walk.hugetlb():
                kind = kinds.ask(file, frame, of_file=False)
        if kind == "hugetlb":
            return None
        return kind or "file"  # no page of it is present

    def _count(self, index: int, own: PageSums, numbers: tuple[int, ...]) -> None:
        present, exclusive, exclusive_file, *_, zero, huge_mapped, _, _ = numbers
        for name, at in _DIRECT:
            if numbers[at]:
                own.count(name, numbers[at])
        if self._walk.kinds is not None and present > zero:
            backing = self._backing_of(index, self._walk.kinds)
            if backing is None:
                own.count("hugetlb", present - zero)
                return
            classes: tuple[tuple[Backing, int], ...] = (
                ("anonymous", exclusive),
                (backing, exclusive_file),
            )
            for kind, pages in classes:
                if pages:
                    own.map(kind, 1, pages)
                    own.share(1, pages)
        if huge_mapped:
            own.count("huge_mapped", huge_mapped)
