"""fork: ``dup_mmap()`` in kernel/fork.c."""

from __future__ import annotations

from typing import TypeVar

from attrs import evolve

from kernel.model.mm_struct import AddressSpace
from kernel.model.vma import AnonVma, Flag

Space = TypeVar("Space", bound=AddressSpace)


def fork(space: Space) -> Space:
    """Return the address space of a child. It shares the labels of its parent."""
    child = evolve(space, vmas=[])
    for vma in space.vmas:
        if vma.flags & Flag.DONTFORK:
            continue
        anon, chain = (AnonVma(), vma.chain + 1) if vma.anon is not None else (None, 0)
        if vma.flags & Flag.WIPEONFORK:
            anon, chain = None, 0
        child.vmas.append(evolve(vma, anon=anon, chain=chain))
    return child
