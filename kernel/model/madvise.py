"""madvise, and the walk over a range that naming shares with it: mm/madvise.c."""

from __future__ import annotations

import errno
from collections.abc import Callable

from kernel.model.errors import CallFailed
from kernel.model.mm_struct import U64_MAX, AddressSpace, page_align
from kernel.model.splitting import modify
from kernel.model.vma import PAGE, Flag, Label, Vma

# The flags that each advice removes and adds: madvise_vma_behavior().
ADVICE = {
    "normal": (Flag.RANDOM | Flag.SEQUENTIAL, Flag.NONE),
    "random": (Flag.SEQUENTIAL, Flag.RANDOM),
    "sequential": (Flag.RANDOM, Flag.SEQUENTIAL),
    "dontfork": (Flag.NONE, Flag.DONTFORK),
    "dofork": (Flag.DONTFORK, Flag.NONE),
    "dontdump": (Flag.NONE, Flag.DONTDUMP),
    "dodump": (Flag.DONTDUMP, Flag.NONE),
    "wipeonfork": (Flag.NONE, Flag.WIPEONFORK),
    "keeponfork": (Flag.WIPEONFORK, Flag.NONE),
}


def _checked_end(start: int, length: int) -> int:
    """Check a range as ``do_madvise()`` and ``madvise_set_anon_name()`` do; return its end."""
    rounded = page_align(length)
    if start % PAGE or (length and not rounded) or start + rounded > U64_MAX:
        raise CallFailed(errno.EINVAL)
    return start + rounded


def walk_range(
    space: AddressSpace, start: int, length: int, visit: Callable[[Vma, int, int], Vma]
) -> None:
    """``madvise_walk_vmas()``: visit the mappings of a range. ENOMEM at the end: it has holes.

    *visit* gets a mapping and the part of the range in it; it returns the changed mapping.
    """
    end = _checked_end(start, length)
    if end == start:
        return
    holes = False
    vma = space.find(start)
    while True:
        if vma is None:
            raise CallFailed(errno.ENOMEM)
        if start < vma.start:
            holes = True
            start = vma.start
            if start >= end:
                break
        stop = min(vma.end, end)
        try:
            changed = visit(vma, start, stop)
        except CallFailed as failure:
            # "kernel resources, such as slab, are temporarily unavailable"
            raise CallFailed(
                errno.EAGAIN if failure.errno == errno.ENOMEM else failure.errno
            ) from None
        start = max(stop, changed.end)
        if start >= end:
            break
        vma = space.find(changed.end)
    if holes:
        raise CallFailed(errno.ENOMEM)


def update(
    space: AddressSpace, vma: Vma, start: int, end: int, flags: Flag, label: Label | None
) -> Vma:
    """``madvise_update_vma()``: give a part of a mapping these properties; return its mapping."""
    text = None if label is None else label.text
    if flags == vma.flags and text == vma.text:
        return vma
    vma = modify(space, vma, start, end, flags, label)
    vma.flags = flags
    # replace_anon_vma_name() keeps the old object if the texts are equal.
    if text != vma.text:
        vma.label = label
    return vma


def madvise(space: AddressSpace, start: int, length: int, advice: str) -> None:
    """Give advice that becomes a flag; *advice* is a word of ``ADVICE``.

    |aaaa|
    madvise 2 2 dontdump
    |aa|aa|

    |aaaa|
    madvise 2 2 dontdump
    madvise 0 2 dontdump
    |aaaa|
    """
    removed, added = ADVICE[advice]

    def visit(vma: Vma, start: int, end: int) -> Vma:
        if advice == "wipeonfork" and (vma.file or vma.flags & Flag.SHARED):
            raise CallFailed(errno.EINVAL)
        if advice == "dodump" and vma.flags & Flag.SPECIAL:
            raise CallFailed(errno.EINVAL)
        return update(space, vma, start, end, vma.flags & ~removed | added, vma.label)

    walk_range(space, start, length, visit)
