"""brk, the heap: mm/mmap.c."""

from __future__ import annotations

from kernel.model import merging
from kernel.model.errors import CallFailed
from kernel.model.merging import Wanted
from kernel.model.mm_struct import AddressSpace, page_align
from kernel.model.mmap import unmap_range
from kernel.model.vma import PAGE, Flag, Vma

STACK_GUARD_GAP = 256 * PAGE  # mm/mmap.c: stack_guard_gap


def set_brk(space: AddressSpace, value: int) -> int:
    """``brk()``: move the break. Return the break that is then valid; there is no errno."""
    if value < space.start_brk or value > space.features.task_size:
        return space.brk
    old, new = page_align(space.brk), page_align(value)
    if new < old:
        vma = space.find(new)
        if vma is None or vma.start >= old:
            return space.brk
        try:
            unmap_range(space, new, old)
        except CallFailed:
            return space.brk
    elif new > old and not _grow_heap(space, old, new):
        return space.brk
    space.brk = value
    return value


def _grow_heap(space: AddressSpace, old: int, new: int) -> bool:
    """``do_brk_flags()`` and the checks before it: return whether the heap grew."""
    above = space.find(old)
    if above is not None:
        gap = STACK_GUARD_GAP if above.flags & Flag.GROWSDOWN else 0
        if new + PAGE > above.start - gap:
            return False
    if len(space.vmas) > space.limit:
        return False
    flags = Flag.READ | Flag.WRITE | Flag.ACCOUNT
    wanted = Wanted(old, new, flags, old // PAGE, None, None, None)
    before, _ = space.neighbours(old, new)
    extends = merging.extends_below(before, wanted, space.features)
    if before is not None and before.end > space.start_brk and extends:
        before.end = new
    else:
        space.add(Vma(old, new, flags, old // PAGE))
    return True
