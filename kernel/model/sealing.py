"""mseal: mm/mseal.c, since 6.10."""

from __future__ import annotations

import errno

from attrs import evolve

from kernel.model.errors import CallFailed
from kernel.model.merging import Wanted
from kernel.model.mm_struct import U64_MAX, AddressSpace, page_align
from kernel.model.splitting import modify
from kernel.model.vma import PAGE, Flag


def mseal(space: AddressSpace, start: int, length: int, flags: int = 0) -> None:
    """``do_mseal()``: forbid changes of a range. Labels and most advice are still permitted.

    ENOSYS: before 6.10. EINVAL: there are flags, or the range is unaligned or overflows. ENOMEM: a
    hole, and nothing is sealed; or the map-count limit, and a part is.
    """
    if not space.features.mseal:
        raise CallFailed(errno.ENOSYS)
    rounded = page_align(length)
    if flags or start % PAGE or (length and not rounded) or start + rounded > U64_MAX:
        raise CallFailed(errno.EINVAL)
    end = start + rounded
    if start == end:
        return
    _check_covered(space, start, end)
    vma = space.find(start)
    while vma is not None and vma.start < end:
        if not vma.flags & Flag.SEALED:
            sealed = vma.flags | Flag.SEALED
            part = Wanted.part_of(vma, start, min(vma.end, end))
            vma = modify(space, vma, evolve(part, flags=sealed))
            vma.flags = sealed
        start = vma.end
        vma = space.find(start)


def _check_covered(space: AddressSpace, start: int, end: int) -> None:
    """``check_mm_seal()``: fail with ENOMEM if a page of the range is not mapped."""
    while start < end:
        vma = space.find(start)
        if vma is None or vma.start > start:
            raise CallFailed(errno.ENOMEM)
        start = vma.end
