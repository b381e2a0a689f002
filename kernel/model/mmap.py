"""mmap and munmap: mm/mmap.c, mm/vma.c."""

from __future__ import annotations

import errno

from kernel.model.errors import CallFailed
from kernel.model.kernel_differences import Features
from kernel.model.merging import Wanted
from kernel.model.mm_struct import AddressSpace, page_align
from kernel.model.splitting import merge_new, split
from kernel.model.vma import PAGE, File, Flag, Vma


def unmap_range(space: AddressSpace, start: int, end: int) -> None:
    """``vms_gather_munmap_vmas()``, ``do_mas_align_munmap()``: remove all mappings of a range.

    EPERM: one is sealed. A split of the first one remains.
    """
    first = space.find(start)
    if first is None or first.start >= end:
        return
    if start > first.start:
        # Only a hole in the middle of a mapping adds a mapping.
        if end < first.end and space.is_full:
            raise CallFailed(errno.ENOMEM)
        if first.flags & Flag.SEALED:
            raise CallFailed(errno.EPERM)
        split(space, first, start)
    low = space.index(start)
    if any(vma.flags & Flag.SEALED and vma.start < end for vma in space.vmas[low:]):
        raise CallFailed(errno.EPERM)
    last = space.find(end - 1)
    if last is not None and last.start < end < last.end:
        split(space, last, end)
    high = space.index(end)
    del space.vmas[low:high]
    space.move_pages(start, end)


def munmap(space: AddressSpace, start: int, length: int) -> None:
    """Unmap a range. EINVAL: it is unaligned or empty. ENOMEM: the map-count limit.

    EPERM: a mapping is sealed.

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
    if (
        start % PAGE
        or start > space.features.task_size
        or length > space.features.task_size - start
        or not length
    ):
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
    stack: bool = False,
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

    *stack* is MAP_STACK. ``Flag.DROPPABLE`` is MAP_DROPPABLE (6.11), for anonymous memory only:
    EINVAL otherwise.

    Each shared anonymous mapping has a file of its own, so it merges with nothing.
    """
    if offset % PAGE:
        raise CallFailed(errno.EINVAL)
    end = _checked_end(space, start, length, replace=replace)
    flags = _all_flags(space.features, flags, file, stack=stack)
    unmap_range(space, start, end)
    first_page = offset // PAGE if file else start // PAGE
    if file is None and flags & Flag.SHARED:
        first_page = 0
    wanted = Wanted(start, end, flags, first_page, file, None, None)
    before, after = space.neighbours(start, end)
    after_first = space.features.mmap_tries_next_first
    if not merge_new(space, before, after, wanted, after_first=after_first):
        if file is None and flags & Flag.SHARED:
            # shmem_zero_setup()
            file = File(b"/dev/zero", nameless=True, length=end - start)
        space.add(Vma(start, end, flags, first_page, file))
    return start


def _checked_end(space: AddressSpace, start: int, length: int, *, replace: bool) -> int:
    """``do_mmap()``, ``get_unmapped_area()``: check the addresses of a new mapping; return its end.

    EINVAL, ENOMEM: the range. ENOMEM: the map-count limit. EEXIST: something is mapped there.
    """
    if not length:
        raise CallFailed(errno.EINVAL)
    length, size = page_align(length), space.features.task_size
    if not length or len(space.vmas) > space.limit or length > size or start > size - length:
        raise CallFailed(errno.ENOMEM)
    if start % PAGE:
        raise CallFailed(errno.EINVAL)
    above = space.find(start)
    if not replace and above is not None and above.start < start + length:
        raise CallFailed(errno.EEXIST)
    return start + length


def _all_flags(features: Features, flags: Flag, file: File | None, *, stack: bool) -> Flag:
    """``do_mmap()``, ``mmap_region()``: return the flags of a new mapping.

    EINVAL: it cannot be droppable.
    """
    if flags & Flag.DROPPABLE:
        if file is not None or not features.droppable:
            raise CallFailed(errno.EINVAL)
        flags |= Flag.NORESERVE | Flag.WIPEONFORK | Flag.DONTDUMP
    if stack and features.huge_pages and features.stack_is_small_pages:
        flags |= Flag.NOHUGEPAGE
    # accountable_mapping()
    if flags & (Flag.NORESERVE | Flag.SHARED | Flag.WRITE) == Flag.WRITE:
        flags |= Flag.ACCOUNT
    return flags
