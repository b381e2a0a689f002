"""Registering memory with a userfaultfd: fs/userfaultfd.c, mm/userfaultfd.c.

The descriptors have no feature of UFFDIO_API, so that forked and moved memory is not registered.
"""

from __future__ import annotations

import errno

from attrs import evolve

from kernel.model.errors import CallFailed
from kernel.model.merging import Wanted
from kernel.model.mm_struct import AddressSpace
from kernel.model.splitting import modify
from kernel.model.vma import PAGE, UFFD, Flag, Userfault, Vma

MODES = {"missing": Flag.UFFD_MISSING, "wp": Flag.UFFD_WP, "minor": Flag.UFFD_MINOR}
"""The words for UFFDIO_REGISTER_MODE_*, and the flag that each sets."""


def register(
    space: AddressSpace, start: int, length: int, modes: Flag, descriptor: Userfault
) -> None:
    """``userfaultfd_register()``: register the mappings of a range; *modes* are flags of ``UFFD``.

        |aaaa|
        register 0 2 missing
        |aa|aa|

    The descriptor keeps mappings apart, and so do the modes:

        |aaaaaa|
        register 0 2 missing
        register 2 2 missing two
        |aa|aa|aa|

        |aaaaaa|
        register 0 2 missing
        register 2 2 missing
        |aaaa|aa|

    Holes are no error. EINVAL: no mode, one that this machine lacks, an unaligned, empty or
    unmapped range, or memory that cannot be registered. EBUSY: a part is registered with another
    descriptor. Nothing is changed then. ENOMEM: the map-count limit; the memory before is changed.

    In a child the parent's descriptors act on the parent's memory.
    """
    space = space.userfault_owner or space
    allowed = Flag.NONE
    for word in space.features.userfault_modes:
        allowed |= MODES[word]
    if not modes or modes & ~allowed:
        raise CallFailed(errno.EINVAL)
    end = _checked_end(space, start, length)
    for vma in _in_range(space, start, end):
        if not _can_userfault(space, vma, modes):
            raise CallFailed(errno.EINVAL)
        if vma.userfault is not None and vma.userfault is not descriptor:
            raise CallFailed(errno.EBUSY)
    _change(space, start, end, modes, descriptor)


def unregister(space: AddressSpace, start: int, length: int, descriptor: Userfault) -> None:
    """``userfaultfd_unregister()``: end the registration of a range.

    The kernel does not check that it was made with this descriptor:

        |aaaa|
        register 0 4 missing
        unregister 0 2 two
        |aa|aa|

    Memory that is not registered is left alone. EINVAL: an unaligned, empty or unmapped range.
    """
    space = space.userfault_owner or space
    end = _checked_end(space, start, length)
    for vma in _in_range(space, start, end):
        if not _can_userfault(space, vma, vma.flags & UFFD):
            raise CallFailed(errno.EINVAL)
        foreign = vma.userfault is not None and vma.userfault is not descriptor
        if foreign and space.features.userfault_checks_owner:
            raise CallFailed(errno.EINVAL)
    _change(space, start, end, Flag.NONE, None)


def _checked_end(space: AddressSpace, start: int, length: int) -> int:
    """``validate_range()``: return the end of a range, or fail with EINVAL."""
    size = space.features.task_size
    if start % PAGE or length % PAGE or not length or start >= size or length > size - start:
        raise CallFailed(errno.EINVAL)
    return start + length


def _in_range(space: AddressSpace, start: int, end: int) -> list[Vma]:
    """Return the mappings of a range. EINVAL: there is none."""
    found = [vma for vma in space.vmas if vma.start < end and start < vma.end]
    if not found:
        raise CallFailed(errno.EINVAL)
    return found


def _can_userfault(space: AddressSpace, vma: Vma, modes: Flag) -> bool:
    """``vma_can_userfault()``: return whether memory can be registered. All files are shmem."""
    if vma.flags & Flag.SPECIAL:
        return False
    if vma.flags & Flag.DROPPABLE and space.features.userfault_refuses_droppable:
        return False
    if modes & Flag.UFFD_MINOR and vma.file is None:
        return False
    return not modes & Flag.UFFD_WP or vma.file is None or space.features.userfault_wp_files


def _change(
    space: AddressSpace, start: int, end: int, modes: Flag, descriptor: Userfault | None
) -> None:
    """``userfaultfd_register_range()``: change each mapping of a range that differs."""
    vma = space.find(start)
    while vma is not None and vma.start < end:
        if vma.userfault is not descriptor or vma.flags & modes != modes:
            first, stop = max(start, vma.start), min(end, vma.end)
            flags = vma.flags & ~UFFD | modes
            wanted = evolve(Wanted.part_of(vma, first, stop), flags=flags, userfault=descriptor)
            if space.features.userfault_wrong_offset:
                wanted = evolve(wanted, offset=vma.offset)
            vma = modify(space, vma, wanted)
            vma.flags, vma.userfault = flags, descriptor
        start = vma.end
        vma = space.find(start)
