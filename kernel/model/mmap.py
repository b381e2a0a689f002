"""mmap and munmap: mm/mmap.c, mm/vma.c."""

from __future__ import annotations

import errno

from kernel.model.errors import CallFailed
from kernel.model.merging import Wanted
from kernel.model.mm_struct import TASK_SIZE, AddressSpace, page_align
from kernel.model.splitting import merge_new, split
from kernel.model.vma import PAGE, File, Flag, Vma


def unmap_range(space: AddressSpace, start: int, end: int) -> None:
    """``vms_gather_munmap_vmas()``, ``do_mas_align_munmap()``: remove all mappings of a range."""
    first = space.find(start)
    if first is None or first.start >= end:
        return
    if start > first.start:
        # Only a hole in the middle of a mapping adds a mapping.
        if end < first.end and space.is_full:
            raise CallFailed(errno.ENOMEM)
        split(space, first, start)
    low = space.index(start)
    last = space.find(end - 1)
    if last is not None and last.start < end < last.end:
        split(space, last, end)
    high = space.index(end)
    del space.vmas[low:high]


def munmap(space: AddressSpace, start: int, length: int) -> None:
    """Unmap a range. EINVAL: it is unaligned or empty. ENOMEM: the map-count limit.

        |aaaaaa|
        munmap 2 2
        |aa|..|aa|

    Either end of a mapping, and parts of several:

        |aaaa|
        munmap 0 2
        ..|aa|

        |aaaa|--|bbbb|
        munmap 2 6
        |aa|......|bb|
    """
    if start % PAGE or start > TASK_SIZE or length > TASK_SIZE - start or not length:
        raise CallFailed(errno.EINVAL)
    unmap_range(space, start, start + page_align(length))


def mmap(
    space: AddressSpace,
    start: int,
    length: int,
    flags: Flag,
    file: File | None = None,
    offset: int = 0,
    *,
    replace: bool = True,
) -> int:
    """Map memory at a fixed address and return it. *offset* is in bytes.

    *replace* is MAP_FIXED; without it MAP_FIXED_NOREPLACE. New memory has no label, so it does not
    merge with labelled memory:

        |aa|..|aa|
        mmap 2 2
        |aa|--|aa|

        |--|..|--|
        mmap 2 2
        |------|

        |--|..|aa|
        mmap 2 2
        |----|aa|

        |aa|..|--|
        mmap 2 2
        |aa|----|

    It replaces what was mapped there, and splits a mapping around it:

        |aaaaaa|
        mmap 2 2
        |aa|--|aa|

    Each shared anonymous mapping has a file of its own, so it merges with nothing.
    """
    if offset % PAGE or not length:
        raise CallFailed(errno.EINVAL)
    length = page_align(length)
    if not length or len(space.vmas) > space.limit:
        raise CallFailed(errno.ENOMEM)
    if length > TASK_SIZE or start > TASK_SIZE - length:
        raise CallFailed(errno.ENOMEM)
    if start % PAGE:
        raise CallFailed(errno.EINVAL)
    end = start + length
    above = space.find(start)
    if not replace and above is not None and above.start < end:
        raise CallFailed(errno.EEXIST)
    unmap_range(space, start, end)
    # accountable_mapping()
    if flags & (Flag.NORESERVE | Flag.SHARED | Flag.WRITE) == Flag.WRITE:
        flags |= Flag.ACCOUNT
    first_page = offset // PAGE if file else start // PAGE
    if file is None and flags & Flag.SHARED:
        first_page = 0
    wanted = Wanted(start, end, flags, first_page, file, None, None)
    before, after = space.neighbours(start, end)
    after_first = space.features.mmap_tries_next_first
    if not merge_new(space, before, after, wanted, after_first=after_first):
        if file is None and flags & Flag.SHARED:
            # shmem_zero_setup()
            file = File(b"/dev/zero", nameless=True, length=length)
        space.add(Vma(start, end, flags, first_page, file))
    return start
