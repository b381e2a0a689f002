"""``/proc/kpagecount`` and ``/proc/kpageflags``: one number for each frame of the machine.

Source: fs/proc/page.c. A read costs a fixed time and more than 100 ns for each frame, so frames
that are near each other are read at once, with the gaps between them.
"""

from __future__ import annotations

import os
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from io import FileIO
from itertools import pairwise
from typing import Final

from procmaps.engines.engine_selection import engine
from procmaps.errors import ReadFailed

_ENTRY: Final = 8

GAP: Final = 64
"""Frames between two of a run that are read, too, because a second read would take longer."""

_MOST: Final = 1 << 16
"""Frames that are read at once."""


class FrameFile:
    """One of the two files, open for reading.

    Raises `OSError` if it cannot be opened.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._file = FileIO(path)
        self._number = self._file.fileno()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def read(self, frames: Iterable[int]) -> dict[int, int]:
        """Return the number of each of *frames*; a frame without memory has 0.

        Raises `procmaps.ReadFailed`.
        """
        found: dict[int, int] = {}
        for run in _runs(sorted(set(frames))):
            first = run[0]
            values = self._values(first, run[-1] + 1 - first)
            if len(values) == len(run):
                found.update(zip(run, values, strict=True))
            else:
                for frame in run:
                    found[frame] = values[frame - first]
        return found

    def tally(
        self, groups: Sequence[array[int]]
    ) -> tuple[list[tuple[int, int, int]], list[tuple[int, int]]]:
        """Count the frames of each group by their number.

        Returns triples of the index of a group, a number and how many frames have it, and pairs of
        the index of a group and a frame whose number is 0. Raises `procmaps.ReadFailed`.
        """
        if engine() == "native":
            from procmaps.engines.page_walk import (  # noqa: PLC0415 - only where it was built
                count_frames,
            )

            try:
                return count_frames(self._number, groups)
            except OSError as error:
                raise ReadFailed("the kernel", self.path, error.errno or 0) from error
        numbers = self.read({frame for frames in groups for frame in frames})
        counted: list[tuple[int, int, int]] = []
        unmapped: list[tuple[int, int]] = []
        for group, frames in enumerate(groups):
            found = Counter(map(numbers.__getitem__, frames))
            if found.pop(0, 0):
                unmapped += [(group, frame) for frame in sorted(frames) if not numbers[frame]]
            counted += [(group, number, pages) for number, pages in sorted(found.items())]
        return counted, unmapped

    def one(self, frame: int) -> int:
        """Return the number of one frame. Raises `procmaps.ReadFailed`."""
        return self._values(frame, 1)[0]

    def _values(self, first: int, count: int) -> memoryview:
        """Return the numbers of *count* frames from *first* on; 0 beyond the last frame."""
        size = count * _ENTRY
        try:
            data = os.pread(self._number, size, first * _ENTRY)
        except OSError as error:
            raise ReadFailed("the kernel", self.path, error.errno or 0) from error
        return memoryview(data if len(data) == size else data.ljust(size, b"\0")).cast("Q")


def _runs(frames: list[int]) -> Iterator[list[int]]:
    """Yield runs of ascending *frames* with gaps of at most `GAP`, of at most `_MOST` frames."""
    first = 0
    breaks = [at for at, (one, next_) in enumerate(pairwise(frames), 1) if next_ - one > GAP]
    for limit in (*breaks, len(frames)):
        while first < limit:
            last = limit
            if frames[limit - 1] - frames[first] >= _MOST:
                last = bisect_left(frames, frames[first] + _MOST, first, limit)
            yield frames[first:last]
            first = last
