"""Writing to memory: the page fault as far as it changes a mapping (mm/memory.c, mm/rmap.c)."""

from __future__ import annotations

import errno

from kernel.model import merging
from kernel.model.errors import CallFailed
from kernel.model.mm_struct import AddressSpace
from kernel.model.vma import PAGE, AnonVma, Flag, Vma


def touch(space: AddressSpace, start: int, length: int) -> int:
    """Write to every page and return the length. EFAULT: the first page that cannot be written.

    The writer is the kernel, in read(2), so a page that a userfaultfd would have to fill cannot be
    written if that was opened with UFFD_USER_MODE_ONLY (``handle_userfault()``).
    """
    for page in range(start, start + length, PAGE):
        vma = space.find(page)
        if vma is None or vma.start > page or not vma.flags & Flag.WRITE or page in space.guards:
            raise CallFailed(errno.EFAULT)
        if not vma.flags & Flag.SHARED:
            prepare_anon(space, vma)
        if page not in space.present:
            _fill(space, vma, page)
    return length


def prepare_anon(space: AddressSpace, vma: Vma) -> None:
    """``__anon_vma_prepare()``: give a mapping an anon_vma if it has none.

    It is a neighbour's (``find_mergeable_anon_vma()``) or a new one.
    """
    if vma.anon is None:
        before, after = space.neighbours(vma.start, vma.end)
        found = merging.reusable_anon(vma, after) or merging.reusable_anon(vma, before)
        vma.anon, vma.chain = found or AnonVma(), 1


def _fill(space: AddressSpace, vma: Vma, page: int) -> None:
    """``do_anonymous_page()``, ``shmem_get_folio_gfp()``: give a page its page table entry.

    EFAULT: its file is shorter, or a userfaultfd waits for the page: one that is *missing* from
    memory or file, or, in the mode *minor*, one that the file has. All of that is checked after
    the anon_vma was prepared.
    """
    if vma.file is None:
        waits = vma.flags & Flag.UFFD_MISSING
    else:
        offset = vma.offset_at(page)
        # A mapping may be longer than its file.
        if offset * PAGE >= vma.file.length:
            raise CallFailed(errno.EFAULT)
        place = vma.file, offset
        waits = vma.flags & (Flag.UFFD_MINOR if place in space.cached else Flag.UFFD_MISSING)
        if not waits:
            space.cached.add(place)
    if waits:
        raise CallFailed(errno.EFAULT)
    space.present.add(page)
