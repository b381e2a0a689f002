"""Writing to memory: the page fault as far as it changes a mapping (mm/memory.c, mm/rmap.c)."""

from __future__ import annotations

import errno

from kernel.model import merging
from kernel.model.errors import CallFailed
from kernel.model.mm_struct import AddressSpace
from kernel.model.vma import PAGE, AnonVma, Flag


def touch(space: AddressSpace, start: int, length: int) -> int:
    """Write to every page and return the length. EFAULT: the first page that cannot be written.

    The first write to private memory gives it an anon_vma (``__anon_vma_prepare()``,
    ``find_mergeable_anon_vma()``).
    """
    for page in range(start, start + length, PAGE):
        vma = space.find(page)
        if vma is None or vma.start > page or not vma.flags & Flag.WRITE:
            raise CallFailed(errno.EFAULT)
        if not vma.flags & Flag.SHARED and vma.anon is None:
            before, after = space.neighbours(vma.start, vma.end)
            found = merging.reusable_anon(vma, after) or merging.reusable_anon(vma, before)
            vma.anon, vma.chain = found or AnonVma(), 1
        # A mapping may be longer than its file. do_cow_fault() checks that last.
        if vma.file is not None and vma.offset_at(page) * PAGE >= vma.file.length:
            raise CallFailed(errno.EFAULT)
    return length
