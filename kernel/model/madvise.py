"""madvise, and the walk over a range that naming shares with it: mm/madvise.c."""

from __future__ import annotations

import errno
from collections.abc import Callable

from attrs import evolve

from kernel.model.errors import CallFailed
from kernel.model.merging import Wanted
from kernel.model.mm_struct import U64_MAX, AddressSpace, page_align
from kernel.model.splitting import modify
from kernel.model.touch import prepare_anon
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
    "hugepage": (Flag.NOHUGEPAGE, Flag.HUGEPAGE),
    "nohugepage": (Flag.HUGEPAGE, Flag.NOHUGEPAGE),
}
GUARDS = ("guard_install", "guard_remove")
"""Advice that marks pages and sets no flag (6.13)."""
# is_madv_discard(). Sealed memory that cannot be written refuses it.
_DISCARDS = ("dontfork", "wipeonfork", "guard_install")


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
    wanted = evolve(Wanted.part_of(vma, start, end), flags=flags, text=text)
    vma = modify(space, vma, wanted)
    vma.flags = flags
    # replace_anon_vma_name() keeps the old object if the texts are equal.
    if text != vma.text:
        vma.label = label
    return vma


def madvise(space: AddressSpace, start: int, length: int, advice: str) -> None:
    """Give advice that becomes a flag or a guard; *advice* is a word of ``ADVICE`` or ``GUARDS``.

    EINVAL comes first if the kernel does not know the advice (``madvise_behavior_valid()``). EPERM:
    sealed private memory that cannot be written, and the advice would discard it.

    |aaaa|
    madvise 2 2 dontdump
    |aa|aa|

    |aaaa|
    madvise 2 2 dontdump
    madvise 0 2 dontdump
    |aaaa|

    |aaaaaa|
    madvise 0 2 hugepage
    madvise 2 2 nohugepage
    |aa|aa|aa|
    """
    features = space.features
    if not (features.guards if advice in GUARDS else features.huge_pages or "huge" not in advice):
        raise CallFailed(errno.EINVAL)
    removed, added = ADVICE.get(advice, (Flag.NONE, Flag.NONE))

    def visit(vma: Vma, start: int, end: int) -> Vma:
        sealed = vma.flags & Flag.SEALED and not vma.flags & Flag.WRITE
        if advice in _DISCARDS and sealed and vma.file is None:
            raise CallFailed(errno.EPERM)
        if advice in GUARDS:
            return _guard(space, vma, range(start, end, PAGE), install=advice == GUARDS[0])
        if advice in ("dodump", "keeponfork") and vma.flags & Flag.DROPPABLE:
            raise CallFailed(errno.EINVAL)
        if advice == "wipeonfork" and (vma.file or vma.flags & Flag.SHARED):
            raise CallFailed(errno.EINVAL)
        if advice == "dodump" and vma.flags & Flag.SPECIAL:
            raise CallFailed(errno.EINVAL)
        return update(space, vma, start, end, vma.flags & ~removed | added, vma.label)

    walk_range(space, start, length, visit)


def _guard(space: AddressSpace, vma: Vma, pages: range, *, install: bool) -> Vma:
    """``madvise_guard_install()``, ``madvise_guard_remove()``: no mapping is split.

    A guard is an entry of the page table, so its mapping gets an anon_vma, even a shared one.
    """
    if vma.flags & Flag.SPECIAL:
        raise CallFailed(errno.EINVAL)
    if install:
        prepare_anon(space, vma)
        space.present.difference_update(pages)
        space.guards.update(pages)
    else:
        space.guards.difference_update(pages)
    return vma
