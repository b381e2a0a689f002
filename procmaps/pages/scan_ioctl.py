"""The ioctl ``PAGEMAP_SCAN`` (6.7): ranges of pages that have something in common.

Source: ``struct pm_scan_arg``, include/uapi/linux/fs.h, and ``do_pagemap_scan()``,
fs/proc/task_mmu.c. It needs no right beyond that to open pagemap. It skips what was never touched,
so a reserve of address space costs nothing. It has no frames: it can give neither PSS nor USS.
"""

from __future__ import annotations

import errno
import struct
from array import array
from collections.abc import Iterator
from io import FileIO
from typing import Final, NamedTuple

from procmaps.formats.page_bits import CATEGORIES
from procmaps.pages.pagemap_file import PAGE, SLICE

PAGEMAP_SCAN: Final = 0xC0606610
"""``_IOWR('f', 16, struct pm_scan_arg)``."""

_LAYOUT: Final = struct.Struct("=12Q")
"""size, flags, start, end, walk_end, vec, vec_len, max_pages, category_inverted, category_mask,
category_anyof_mask, return_mask."""

_WALK_END: Final = 4

_REGION: Final = struct.Struct("=3Q")

_REGIONS: Final = 1024
"""Regions that one call returns at most."""

_REACH: Final = 1 << 36
"""Bytes of address space that one call may walk, so that it does not hold the lock for long."""

USED: Final = CATEGORIES["present"].mask | CATEGORIES["swapped"].mask
"""A page that has one of these categories is not empty."""

_BASIC: Final = USED | CATEGORIES["zero"].mask | CATEGORIES["huge"].mask
_WITH_GUARD: Final = _BASIC | CATEGORIES["guard"].mask

_UNSUPPORTED: Final = (errno.ENOTTY, errno.EINVAL)


class Region(NamedTuple):
    """Pages next to each other that have the same categories."""

    start: int
    end: int
    categories: int


class Scanner:
    """The ioctl on an open pagemap, with the categories that this kernel knows."""

    def __init__(self, file: FileIO, categories: int) -> None:
        from fcntl import ioctl  # noqa: PLC0415 - reading dumps works on systems without it

        self._ioctl = ioctl
        self._file = file
        self._categories = categories
        self._regions = array("B", bytes(_REGION.size * _REGIONS))
        self._address = self._regions.buffer_info()[0]

    @classmethod
    def on(cls, file: FileIO) -> Scanner | None:
        """Return the scanner of *file*; None if the kernel does not have the ioctl.

        The kernel refuses a category that it does not know. Raises `OSError` for other errors.
        """
        for categories in (_WITH_GUARD, _BASIC):
            scanner = cls(file, categories)
            try:
                scanner.scan(0, PAGE)
            except OSError as error:
                if error.errno not in _UNSUPPORTED:
                    raise
            else:
                return scanner
        return None

    @property
    def categories(self) -> int:
        """The categories that are asked for, as the ioctl has them."""
        return self._categories

    @property
    def knows_guards(self) -> bool:
        """Whether guard pages are a category of their own (6.18, absent in 6.12)."""
        return self._categories == _WITH_GUARD

    def regions(self, start: int, end: int) -> Iterator[Region]:
        """Yield the regions from *start* to *end*, exclusive, that are not empty.

        The lock of the process is taken again for each 64 MiB of such pages.
        """
        while start < end:
            reached, found = self.scan(start, min(end, start + _REACH))
            yield from found
            if reached <= start:
                raise OSError(errno.EIO, "PAGEMAP_SCAN did not advance")
            start = reached

    def scan(self, start: int, end: int) -> tuple[int, list[Region]]:
        """Make one call; return the address that it reached, and the regions below it."""
        request = bytearray(
            _LAYOUT.pack(
                *(_LAYOUT.size, 0, start, end, 0, self._address, _REGIONS, SLICE),
                *(0, 0, USED, self._categories),
            )
        )
        count = self._ioctl(self._file, PAGEMAP_SCAN, request, True)  # noqa: FBT003 - fcntl takes no keywords
        reached: int = _LAYOUT.unpack(request)[_WALK_END]
        data = self._regions[: count * _REGION.size].tobytes()
        return reached, [Region(*each) for each in _REGION.iter_unpack(data)]
