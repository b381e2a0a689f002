"""Asks the kernel for the count of frames: how often each is mapped, by anybody."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable
from typing import Final

import attrs

from procmaps.formats.page_bits import FRAME_FLAGS
from procmaps.pages.frame_files import FrameFile
from procmaps.pages.sums import Backing, PageSums

_BATCH: Final = 1 << 18
"""Frames that wait until they are asked for: sorted, so that those near each other are one read."""

_ZERO: Final = FRAME_FLAGS["zero"].mask
_MERGED: Final = FRAME_FLAGS["merged"].mask
_LARGE: Final = FRAME_FLAGS["large"].mask


Asked = tuple[int, Backing, "array[int]"]
"""The row of a mapping, what its pages are of, and their frames."""


class NoFrames:
    """Takes no frame, because all are hidden."""

    def ask(self, row: int, backing: Backing, frames: array[int]) -> None:
        """Do nothing: there are none."""

    def finish(self) -> None:
        """Do nothing."""


@attrs.define
class FrameCounts:
    """Counts pages into the sums of their mappings by how often their frames are mapped.

    sums     The sums of each row.
    counts   ``kpagecount``.
    flags    ``kpageflags``.
    merged   Whether to look for merged pages.
    large    Whether to look for large folios. Every frame must be given then.
    """

    sums: list[PageSums]
    counts: FrameFile
    flags: FrameFile
    merged: bool
    large: bool
    _waiting: list[Asked] = attrs.field(factory=list[Asked], init=False)
    _frames: int = attrs.field(default=0, init=False)

    def ask(self, row: int, backing: Backing, frames: array[int]) -> None:
        """Take the frames of pages of a mapping, one for each page."""
        self._waiting.append((row, backing, frames))
        self._frames += len(frames)
        if self._frames >= _BATCH:
            self.finish()

    def finish(self) -> None:
        """Count the pages whose frames were given. Raises `procmaps.ReadFailed`."""
        waiting, self._waiting, self._frames = self._waiting, [], 0
        if not waiting:
            return
        if not (self.merged or self.large):
            self._count_only(waiting)
            return
        counts = self.counts.read({frame for _, _, frames in waiting for frame in frames})
        flags = self.flags.read(counts)
        for row, backing, frames in waiting:
            own = self.sums[row]
            for sharers, pages in Counter(map(counts.__getitem__, frames)).items():
                if sharers:
                    own.map(backing, sharers, pages)
                    own.share(sharers, pages)
                else:
                    count_unmapped(own, frames, counts, flags)
            if self.merged:
                own.count("merged", count_with(_MERGED, frames, flags))
            if self.large:
                own.count("large", count_with(_LARGE, (f for f in frames if counts[f]), flags))

    def _count_only(self, waiting: list[Asked]) -> None:
        """Count pages by how often they are mapped, and look at the flags only of other pages."""
        counted, unmapped = self.counts.tally([frames for _, _, frames in waiting])
        for group, sharers, pages in counted:
            row, backing, _ = waiting[group]
            self.sums[row].map(backing, sharers, pages)
            self.sums[row].share(sharers, pages)
        of_group: dict[int, list[int]] = {}
        for group, frame in unmapped:
            of_group.setdefault(group, []).append(frame)
        flags = self.flags.read(frame for _, frame in unmapped)
        for group, frames in of_group.items():
            count_unmapped(self.sums[waiting[group][0]], frames, dict.fromkeys(frames, 0), flags)


def count_unmapped(
    own: PageSums, frames: Iterable[int], counts: dict[int, int], flags: dict[int, int]
) -> None:
    """Count the pages whose frames have no mapping by their count.

    That is the page of zeros, or memory that the kernel does not keep count of, such as a device's.
    """
    unmapped = [frame for frame in frames if not counts[frame]]
    if unmapped:
        zero = count_with(_ZERO, unmapped, flags)
        own.count("zero", zero)
        own.count("unmanaged", len(unmapped) - zero)


def count_with(mask: int, frames: Iterable[int], flags: dict[int, int]) -> int:
    """Return the number of pages whose frames have the flag *mask*."""
    return sum(1 for frame in frames if flags[frame] & mask)
