"""fork: ``dup_mmap()`` in kernel/fork.c."""

from __future__ import annotations

from typing import TypeVar

from attrs import evolve

from kernel.model.mm_struct import AddressSpace
from kernel.model.vma import UFFD, AnonVma, Flag

Space = TypeVar("Space", bound=AddressSpace)


def fork(space: Space) -> Space:
    """Return the address space of a child. It shares the labels of its parent.

    ``dup_userfaultfd()``: without UFFD_FEATURE_EVENT_FORK no memory of the child is registered, and
    its copies of the descriptors act on the parent. ``vma_needs_copy()``: page table entries are
    copied for memory that has an anon_vma.
    """
    owner = space.userfault_owner or space
    child = evolve(space, vmas=[], present=set(), guards=set(), userfault_owner=owner)
    for vma in space.vmas:
        if vma.flags & Flag.DONTFORK:
            continue
        anon, chain = (AnonVma(), vma.chain + 1) if vma.anon is not None else (None, 0)
        if vma.flags & Flag.WIPEONFORK:
            anon, chain = None, 0
        flags = vma.flags & ~UFFD
        child.vmas.append(evolve(vma, flags=flags, anon=anon, chain=chain, userfault=None))
        if anon is not None:
            child.present |= {page for page in space.present if vma.start <= page < vma.end}
            child.guards |= {page for page in space.guards if vma.start <= page < vma.end}
    return child
