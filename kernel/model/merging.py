"""When two mappings may be one: ``is_mergeable_vma()`` and its callers, mm/mmap.c and mm/vma.c.

The rules are the same in 6.1 (``vma_merge()``, ``mmap_region()``) and 6.12
(``vma_merge_existing_range()``, ``vma_merge_new_range()``), but for what ``Features`` names.
"""

from __future__ import annotations

from attrs import frozen

from kernel.model.vma import PAGE, AnonVma, File, Flag, Vma


@frozen
class Wanted:
    """A range and the properties it is about to have."""

    start: int
    end: int
    flags: Flag
    offset: int
    file: File | None
    text: bytes | None
    anon: AnonVma | None

    @property
    def pages(self) -> int:
        """How many pages it spans."""
        return (self.end - self.start) // PAGE


def same_anon(one: AnonVma | None, other: AnonVma | None, vma: Vma | None) -> bool:
    """``is_mergeable_anon_vma()``.

    A mapping that a fork copied (a chain of more than one) takes in nothing without pages of its
    own, and one that was never written (an empty chain) nothing with.
    """
    if (one is None or other is None) and (vma is None or vma.chain == 1):
        return True
    return one is other


def _alike(vma: Vma, wanted: Wanted) -> bool:
    """``is_mergeable_vma()``: labels count by their text (``anon_vma_name_eq()``)."""
    return (
        vma.flags == wanted.flags
        and not vma.flags & Flag.SPECIAL
        and vma.file is wanted.file
        and vma.text == wanted.text
        and same_anon(wanted.anon, vma.anon, vma)
    )


def below(vma: Vma | None, wanted: Wanted) -> bool:
    """``can_vma_merge_after()``: whether the range may continue the mapping below it."""
    return (
        vma is not None
        and vma.end == wanted.start
        and vma.offset + vma.pages == wanted.offset
        and _alike(vma, wanted)
    )


def above(vma: Vma | None, wanted: Wanted) -> bool:
    """``can_vma_merge_before()``: whether the mapping above may continue the range."""
    return (
        vma is not None
        and vma.start == wanted.end
        and vma.offset == wanted.offset + wanted.pages
        and _alike(vma, wanted)
    )


def take_anon(vma: Vma, *others: Vma) -> None:
    """``dup_anon_vma()``: the mapping that grows takes over the first anon_vma there is."""
    if vma.anon is None:
        for other in others:
            if other.anon is not None:
                vma.anon, vma.chain = other.anon, other.chain
                return


def reusable_anon(vma: Vma, near: Vma | None) -> AnonVma | None:
    """``reusable_anon_vma()``: a first write takes the neighbour's anon_vma where they might merge.

    Might: what mprotect can still change, and the label, do not count (``anon_vma_compatible()``).
    """
    if near is None or near.anon is None or near.chain != 1:
        return None
    low, high = (near, vma) if near.start < vma.start else (vma, near)
    access = Flag.READ | Flag.WRITE | Flag.EXEC
    fits = (
        low.end == high.start
        and low.file is high.file
        and low.flags & ~access == high.flags & ~access
        and low.offset + low.pages == high.offset
    )
    return near.anon if fits else None
