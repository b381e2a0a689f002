"""One walk over the pages of a process: `Walk`."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import Final, Protocol

import attrs

from procmaps.formats.page_bits import CATEGORIES, FRAME_FLAGS
from procmaps.pages.backing import ByFrames
from procmaps.pages.entries import Tally, first_frame, tally
from procmaps.pages.frame_files import FrameFile
from procmaps.pages.pagemap_file import ENTRY, PAGE, SLICE, PagemapFile
from procmaps.pages.rows import Rows
from procmaps.pages.scan_ioctl import Scanner
from procmaps.pages.segments import Segment, reads, segments
from procmaps.pages.sums import Backing, PageSums

_EMPTY: Final = bytes(SLICE * ENTRY)

_PRESENT: Final = CATEGORIES["present"].mask
_ZERO: Final = CATEGORIES["zero"].mask
_HUGE: Final = CATEGORIES["huge"].mask
_GUARD: Final = CATEGORIES["guard"].mask


_TALLIED: Final = ("present", "swapped", "guard", "marked", "soft_dirty")
"""Figures that the entries give by themselves."""


class Sink(Protocol):
    """Takes the frames whose sharers pagemap does not say."""

    def ask(self, row: int, backing: Backing, frames: array[int]) -> None:
        """Take the frames of pages of a mapping, one for each page."""
        ...


@attrs.frozen
class Walk:
    """What is walked over, and how.

    rows         The ranges that are counted apart.
    pagemap      The open file.
    scanner      The scan of the kernel, if it has one.
    kinds        Distinguishes files, shared memory and hugetlbfs; None if frames are hidden.
    hugetlb      Returns whether the process may have pages of hugetlbfs.
    soft_dirty   Whether the kernel keeps the soft-dirty bit.
    every_frame  Whether frames are asked for that one entry maps, too.
    """

    rows: Rows
    pagemap: PagemapFile
    scanner: Scanner | None
    kinds: ByFrames | None
    hugetlb: Callable[[], bool]
    soft_dirty: bool
    every_frame: bool

    def into(self, sums: list[PageSums], sink: Sink) -> None:
        """Count the pages of each row into *sums*, and give the frames to look at to *sink*."""
        for segment, data in self._read(segments(self.rows, self.scanner)):
            own = sums[segment.row]
            seen = segment.categories
            if data is None:
                self._count_known(segment, own)
                continue
            huge = self.rows.huge[segment.row] if seen is None else bool(seen & _HUGE)
            found = tally(
                data,
                trust_exclusive=not (huge or self.every_frame),
                hidden=self.kinds is None,
                soft_dirty=self.soft_dirty,
            )
            if huge and self.kinds is not None and self.rows.inode[segment.row]:
                found = _with_files(found, self.kinds.flags)
            self._count(segment, data, found, own, sink)
            if self.kinds is None and seen is not None and seen & _ZERO:
                own.count("zero", found.present)  # else the frames say it
            if seen is not None and huge and not seen & _ZERO and not own.counted["hugetlb"]:
                own.count("huge_mapped", found.present)

    def _read(self, found: Iterable[Segment]) -> Iterator[tuple[Segment, bytes | None]]:
        """Yield each segment with its entries; None if its categories say everything."""
        for run in reads(found):
            needed = [segment for segment in run if not self._is_known(segment)]
            if needed:
                first, limit = needed[0].start, needed[-1].end
                data = self.pagemap.read(first, (limit - first) // PAGE)
            else:
                first, data = 0, b""
            for segment in run:
                if self._is_known(segment):
                    yield segment, None
                    continue
                at = (segment.start - first) // PAGE * ENTRY
                part = data[at : at + segment.pages * ENTRY]
                if not _EMPTY.startswith(part):
                    yield segment, part

    def _count_known(self, segment: Segment, own: PageSums) -> None:
        seen = segment.categories or 0
        own.count("zero" if seen & _ZERO else "guard", segment.pages)
        if seen & _PRESENT:
            own.count("present", segment.pages)

    def _is_known(self, segment: Segment) -> bool:
        seen = segment.categories
        if seen is None or self.soft_dirty:
            return False
        return bool(seen & (_ZERO | _GUARD))

    def _count(
        self, segment: Segment, data: bytes, found: Tally, own: PageSums, sink: Sink
    ) -> None:
        for name in _TALLIED:
            if pages := getattr(found, name):
                own.count(name, pages)
        if self.kinds is None or not found.present:
            return
        backing = self._backing_of(segment.row, data, found, self.kinds)
        if backing is None:
            own.count("hugetlb", found.present)
            return
        classes: tuple[tuple[Backing, int, array[int]], ...] = (
            ("anonymous", found.exclusive, found.shared),
            (backing, found.exclusive_file, found.shared_file),
        )
        for kind, alone, frames in classes:
            if alone:
                own.map(kind, 1, alone)
                own.share(1, alone)
            if frames:
                sink.ask(segment.row, kind, frames)

    def _backing_of(self, row: int, data: bytes, found: Tally, kinds: ByFrames) -> Backing | None:
        """Return what the pages of the mapping's file are of; None for hugetlbfs."""
        file = self.rows.file(row)
        kind = kinds.known(file)
        if kind is None and (
            frame := first_frame(data, of_file=True) or next(iter(found.shared_file), 0)
        ):
            kind = kinds.ask(file, frame, of_file=True)
        elif kind is None and (frame := first_frame(data, of_file=False)) and self.hugetlb():
            kind = kinds.ask(file, frame, of_file=False)
        if kind == "hugetlb":
            return None
        return kind or "file"  # there is no page of it in these entries


def _with_files(found: Tally, flags: FrameFile) -> Tally:
    """Return *found* with the pages of files by the flags of their frames.

    Before 6.11, ``pagemap_pmd_range()``, fs/proc/task_mmu.c, does not set bit 61 for the huge pages
    of files and shared memory.
    """
    known = flags.read(found.shared)
    anonymous, of_file = array("Q"), found.shared_file[:]
    for frame in found.shared:
        (anonymous if known[frame] & FRAME_FLAGS["anonymous"].mask else of_file).append(frame)
    return attrs.evolve(found, shared=anonymous, shared_file=of_file)
