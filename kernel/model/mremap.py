"""mremap: mm/mremap.c."""

from __future__ import annotations

import errno

from attrs import evolve

from kernel.model.errors import CallFailed
from kernel.model.merging import Wanted
from kernel.model.mm_struct import U64_MAX, AddressSpace, page_align
from kernel.model.mmap import munmap, unmap_range
from kernel.model.splitting import merge_new
from kernel.model.vma import PAGE, UFFD, Flag, Vma


def mremap(
    space: AddressSpace,
    start: int,
    length: int,
    new_length: int,
    to: int | None = None,
    *,
    keep: bool = False,
) -> int:
    """Shrink or grow a mapping in place, or move it to the address *to* (MREMAP_FIXED).

    Returns the address. EPERM: the mapping is sealed. *keep* is MREMAP_DONTUNMAP. The label moves,
    too:

        |aaaa|....|
        mremap 2 2 2 6
        |aa|....|aa|

    Memory that was never touched merges with its new neighbour:

        |aa|--|..|aa|
        mremap 0 2 2 4
        ..|--|aaaa|

    or with the rest of the mapping that it came from:

        |aaaaaa|..|
        mremap 2 2 2 6
        |aa|..|aaaa|

    In place:

        |aa|..|--|
        mremap 0 2 4
        |aaaa|--|

        |aaaa|
        mremap 0 4 2
        |aa|

    With MREMAP_DONTUNMAP the source keeps its mapping and its label:

        |aa|....|
        mremap 0 2 2 4 keep
        |aa|..|aa|
    """
    if keep and (to is None or length != new_length):
        raise CallFailed(errno.EINVAL)
    if start % PAGE:
        raise CallFailed(errno.EINVAL)
    length, new_length = page_align(length), page_align(new_length)
    if not new_length:
        raise CallFailed(errno.EINVAL)
    if _at(space, start).flags & Flag.SEALED:
        raise CallFailed(errno.EPERM)
    if to is not None:
        return _move_to(space, start, length, new_length, to, keep=keep)
    if length >= new_length:
        if length > new_length:
            munmap(space, start + new_length, length - new_length)
        return start
    vma = _resizable(space, start, length, new_length)
    end = vma.end + new_length - length
    above = space.find(vma.end)
    if length != vma.end - start or (above is not None and above.start < end):
        raise CallFailed(errno.ENOMEM)
    if not merge_new(space, vma, above, Wanted.part_of(vma, vma.end, end)):
        raise CallFailed(errno.ENOMEM)
    return start


def _at(space: AddressSpace, address: int) -> Vma:
    """``vma_lookup()``: return the mapping that contains the address, or fail with EFAULT."""
    vma = space.find(address)
    if vma is None or vma.start > address:
        raise CallFailed(errno.EFAULT)
    return vma


def _resizable(space: AddressSpace, start: int, length: int, new_length: int) -> Vma:
    """``vma_to_resize()``: return the mapping. A length of 0 maps shared memory a second time."""
    vma = _at(space, start)
    if not length and not vma.flags & Flag.SHARED:
        raise CallFailed(errno.EINVAL)
    if length > vma.end - start:
        raise CallFailed(errno.EFAULT)
    if vma.offset_at(start) + new_length // PAGE > U64_MAX:
        raise CallFailed(errno.EINVAL)
    return vma


def _move_to(
    space: AddressSpace, start: int, length: int, new_length: int, to: int, *, keep: bool
) -> int:
    """``mremap_to()``: the target range is unmapped even if the move then fails."""
    if (
        to % PAGE
        or new_length > space.features.task_size
        or to > space.features.task_size - new_length
    ):
        raise CallFailed(errno.EINVAL)
    # The kernel's sum wraps, so a length near 2**64 seems not to overlap.
    if (start + length) & U64_MAX > to and to + new_length > start:
        raise CallFailed(errno.EINVAL)
    if len(space.vmas) + 2 >= space.limit - 3:
        raise CallFailed(errno.ENOMEM)
    munmap(space, to, new_length)
    if length > new_length:
        munmap(space, start + new_length, length - new_length)
        length = new_length
    vma = _resizable(space, start, length, new_length)
    # move_vma()
    if len(space.vmas) >= space.limit - 3:
        raise CallFailed(errno.ENOMEM)
    vma = _copy(space, vma, start, to, new_length, keep=keep)
    space.move_pages(start, start + length, to)
    _forget_userfault(space, to)
    if keep:
        if vma.start == start and vma.end == start + length:
            vma.anon, vma.chain = None, 0
            if vma.file is None:
                vma.offset = vma.start // PAGE
    elif length:
        # The limit cannot stop this: move_vma() reserved four mappings.
        unmap_range(space, start, start + length)
    return to


def _forget_userfault(space: AddressSpace, to: int) -> None:
    """``mremap_userfaultfd_prep()``: without UFFD_FEATURE_EVENT_REMAP the copy is not registered.

    That is true of the whole mapping that the copy merged with.
    """
    moved = space.find(to)
    if moved is not None and moved.userfault is not None:
        moved.userfault = None
        moved.flags &= ~UFFD


def _copy(space: AddressSpace, vma: Vma, start: int, to: int, length: int, *, keep: bool) -> Vma:
    """``copy_vma()``: map the copy at its new address. Return the source, which may have grown.

    Memory that was never touched gets the offset of its new address, so it may merge with its own
    source.
    """
    offset, untouched = vma.offset_at(start), vma.file is None and vma.anon is None
    if untouched:
        offset = to // PAGE
    end = to + length
    wanted = evolve(Wanted.part_of(vma, start, start), start=to, end=end, offset=offset)
    before, after = space.neighbours(to, end)
    mergeable = True
    if untouched and keep:
        if space.features.dontunmap_blocks_merge:
            mergeable = to != vma.end and vma.start != end
        before = None if before is vma else before
        after = None if after is vma else after
    merged = merge_new(space, before, after, wanted) if mergeable else None
    if merged is None:
        space.add(evolve(vma, start=to, end=end, offset=offset))
    elif merged.start <= vma.start < merged.end:
        return merged
    return vma
