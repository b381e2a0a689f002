"""Splitting mappings, and merging them with their neighbours: mm/vma.c, in 6.1 mm/mmap.c.

``merging`` decides whether two mappings may merge. The diagrams in the docstrings are tests; see
``diagrams`` for their characters.
"""

from __future__ import annotations

import errno

from attrs import evolve

from kernel.model import merging
from kernel.model.errors import CallFailed
from kernel.model.merging import Wanted
from kernel.model.mm_struct import AddressSpace
from kernel.model.vma import Flag, Vma


def split(space: AddressSpace, vma: Vma, address: int) -> Vma:
    """``__split_vma()``: end the mapping at the address; return the new mapping above it.

    Both halves point to the same label: splitting copies no label. EINVAL: it is a mapping of the
    kernel, which relies on its number of pages (``special_mapping_split()``, mm/mmap.c).
    """
    if vma.flags & Flag.SPECIAL:
        raise CallFailed(errno.EINVAL)
    above = evolve(vma, start=address, offset=vma.offset_at(address))
    vma.end = address
    return space.add(above)


def split_within_limit(space: AddressSpace, vma: Vma, address: int) -> Vma:
    """``split_vma()``: split, or fail with ENOMEM at the map-count limit."""
    if space.is_full:
        raise CallFailed(errno.ENOMEM)
    return split(space, vma, address)


def merge_existing(space: AddressSpace, vma: Vma, wanted: Wanted) -> Vma | None:
    """``vma_merge_existing_range()``, ``vma_merge()``: merge a changed range with its neighbours.

    Returns the merged mapping, or None. Only a range that begins or ends its mapping has
    neighbours. A whole mapping merges with both neighbours:

        |aa|--|aa|
        name 2 2 a
        |aaaaaa|

    with the one below, or with the one above:

        |aa|--|bb|
        name 2 2 a
        |aaaa|bb|

        |aa|--|bb|
        name 2 2 b
        |aa|bbbb|

    A part merges with the neighbour that it touches, and the rest stays:

        |aa|----|
        name 2 2 a
        |aaaa|--|

        |----|bb|
        name 2 2 b
        |--|bbbb|

    Neighbours that were written separately have an ``anon_vma`` each. They merge with memory that
    was not written, but not with each other. The one below comes first:

        |--|aa|--|
        touch 0 2
        touch 4 2
        name 2 2 -
        |----|--|

    A part in the middle touches no neighbour:

        |aa|------|aa|
        name 4 2 a
        |aa|--|aa|--|aa|

    Different labels keep memory apart that would merge without them:

        |aa|bb|
        name 0 4 -
        |----|
    """
    start, end = wanted.start, wanted.end
    whole = start == vma.start and end == vma.end
    before, after = space.neighbours(vma.start, vma.end)
    left = start == vma.start and merging.extends_below(before, wanted, space.features)
    right = end == vma.end and merging.extends_above(after, wanted, space.features)
    if left and right and before and after:
        right = merging.same_anon(before.anon, after.anon, None)
    if left and before:
        if right and after:
            before.end = after.end
            merging.take_anon(before, after, vma)
            space.remove(vma, after)
            return before
        before.end = end
        merging.take_anon(before, vma)
        if whole:
            space.remove(vma)
        else:
            vma.start, vma.offset = end, vma.offset_at(end)
        return before
    if right and after:
        merging.take_anon(after, vma)
        if whole:
            space.remove(vma)
        else:
            vma.end = start
        after.start, after.offset = start, wanted.offset
        return after
    return None


def merge_new(
    space: AddressSpace,
    before: Vma | None,
    after: Vma | None,
    wanted: Wanted,
    *,
    after_first: bool = False,
) -> Vma | None:
    """``vma_merge_new_range()``: merge a new range with its neighbours.

    Returns the merged mapping, or None. *after_first* is the order of ``mmap_region()`` in 6.1;
    see ``Features``.
    """
    if after_first:
        right = merging.extends_above(after, wanted, space.features)
        anon = after.anon if right and after else None
        left = merging.extends_below(before, evolve(wanted, anon=anon), space.features)
    else:
        left = merging.extends_below(before, wanted, space.features)
        right = merging.extends_above(after, wanted, space.features)
        if left and right and before and after:
            right = merging.same_anon(before.anon, after.anon, None)
    if left and before:
        before.end = wanted.end
        if right and after:
            before.end = after.end
            merging.take_anon(before, after)
            space.remove(after)
        return before
    if right and after:
        after.start, after.offset = wanted.start, wanted.offset
        return after
    return None


def modify(space: AddressSpace, vma: Vma, wanted: Wanted) -> Vma:
    """``vma_modify()``: merge or split so that one mapping covers *wanted*; return it.

        |------|
        name 2 2 a
        |--|aa|--|

        |------|
        mprotect 4 2 r
        |----|==|

    If the limit permits one split but not the other, the mapping stays split, and its properties
    do not change.
    """
    start, end = wanted.start, wanted.end
    if merged := merge_existing(space, vma, wanted):
        return merged
    if vma.start < start:
        vma = split_within_limit(space, vma, start)
    if vma.end > end:
        split_within_limit(space, vma, end)
    return vma
