"""mprotect: mm/mprotect.c."""

from __future__ import annotations

import errno

from attrs import evolve

from kernel.model.errors import CallFailed
from kernel.model.merging import Wanted
from kernel.model.mm_struct import U64_MAX, AddressSpace, page_align
from kernel.model.splitting import modify
from kernel.model.vma import ACCESS, PAGE, Flag, Vma


def mprotect(space: AddressSpace, start: int, length: int, access: Flag) -> None:
    """Change the permissions of a range. ENOMEM: a hole; the range before it is changed.

        |aaaa|
        mprotect 0 2 r
        |AA|aa|

    (``A`` is read-only memory with the label ``a``.) The label stays, so the two halves can merge
    again:

        |AA|aa|
        mprotect 0 2 rw
        |aaaa|

    A range may change parts of two neighbours:

        |aaaa|bbbb|
        mprotect 2 4 r
        |aa|AA|BB|bb|
    """
    if start % PAGE:
        raise CallFailed(errno.EINVAL)
    if not length:
        return
    end = (start + page_align(length)) & U64_MAX
    if end <= start:
        raise CallFailed(errno.ENOMEM)
    vma = space.find(start)
    if vma is None or vma.start > start:
        raise CallFailed(errno.ENOMEM)
    while True:
        stop = min(vma.end, end)
        vma = _protect(space, vma, start, stop, access)
        start = max(stop, vma.end)
        if start >= end:
            return
        above = space.find(vma.end)
        if above is None or above.start != start:
            raise CallFailed(errno.ENOMEM)
        vma = above


def _protect(space: AddressSpace, vma: Vma, start: int, end: int, access: Flag) -> Vma:
    """``mprotect_fixup()``: change a range within one mapping; return its mapping.

    EPERM: the mapping is sealed (``can_modify_vma()``), even if nothing would change.
    """
    if vma.flags & Flag.SEALED:
        raise CallFailed(errno.EPERM)
    flags = vma.flags & ~ACCESS | access
    if flags == vma.flags:
        return vma
    if flags & Flag.WRITE:
        counted = Flag.ACCOUNT | Flag.WRITE | Flag.SHARED | Flag.NORESERVE
        if not vma.flags & counted:
            flags |= Flag.ACCOUNT
    elif space.features.unaccounts and vma.file is None and vma.anon is None:
        flags &= ~Flag.ACCOUNT
    vma = modify(space, vma, evolve(Wanted.part_of(vma, start, end), flags=flags))
    vma.flags = flags
    return vma
