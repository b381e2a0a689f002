"""Whether two mappings may merge: ``is_mergeable_vma()`` and its callers, mm/mmap.c and mm/vma.c.

6.1 (``vma_merge()``, ``mmap_region()``) and 6.12 (``vma_merge_existing_range()``,
``vma_merge_new_range()``) have the same rules, except for the differences in ``Features``.
"""

from __future__ import annotations

from attrs import frozen

from kernel.model.kernel_differences import Features
from kernel.model.vma import PAGE, AnonVma, File, Flag, Userfault, Vma


@frozen
class Wanted:
    """A range, and the properties that it will have."""

    start: int
    end: int
    flags: Flag
    offset: int
    file: File | None
    text: bytes | None
    anon: AnonVma | None
    userfault: Userfault | None = None
    chain: int = 0

    @classmethod
    def part_of(cls, vma: Vma, start: int, end: int) -> Wanted:
        """Return a range inside or right after a mapping, with the properties of the mapping."""
        return cls(
            start,
            end,
            vma.flags,
            vma.offset_at(start),
            vma.file,
            vma.text,
            vma.anon,
            vma.userfault,
            vma.chain,
        )

    @property
    def pages(self) -> int:
        """Its length in pages."""
        return (self.end - self.start) // PAGE


def same_anon(one: AnonVma | None, other: AnonVma | None, vma: Vma | None) -> bool:
    """``is_mergeable_anon_vma()``: return whether the two permit merging.

    A mapping that a fork copied has a chain of more than one. It merges only with memory of the
    same anon_vma.
    """
    if (one is None or other is None) and (vma is None or vma.chain == 1):
        return True
    return one is other


def _anon_fits(vma: Vma, wanted: Wanted, features: Features) -> bool:
    """``is_mergeable_anon_vma()``, with the rule of ``Features.merges_written_into_untouched``."""
    written_only = vma.anon is None and wanted.anon is not None
    if written_only and features.merges_written_into_untouched:
        return wanted.chain == 1
    return same_anon(wanted.anon, vma.anon, vma)


def _is_mergeable(vma: Vma, wanted: Wanted, features: Features) -> bool:
    """``is_mergeable_vma()``: labels are compared by their text (``anon_vma_name_eq()``).

    Userfaultfds are compared by identity (``is_mergeable_vm_userfaultfd_ctx()``).
    """
    return (
        vma.flags == wanted.flags
        and not vma.flags & Flag.SPECIAL
        and vma.file is wanted.file
        and vma.text == wanted.text
        and vma.userfault is wanted.userfault
        and _anon_fits(vma, wanted, features)
    )


def extends_below(vma: Vma | None, wanted: Wanted, features: Features) -> bool:
    """``can_vma_merge_after()``: return whether the range may extend the mapping below it."""
    return (
        vma is not None
        and vma.end == wanted.start
        and vma.offset + vma.pages == wanted.offset
        and _is_mergeable(vma, wanted, features)
    )


def extends_above(vma: Vma | None, wanted: Wanted, features: Features) -> bool:
    """``can_vma_merge_before()``: return whether the range may extend the mapping above it."""
    return (
        vma is not None
        and vma.start == wanted.end
        and vma.offset == wanted.offset + wanted.pages
        and _is_mergeable(vma, wanted, features)
    )


def take_anon(vma: Vma, *others: Vma) -> None:
    """``dup_anon_vma()``: give a growing mapping the first anon_vma of the others."""
    if vma.anon is None:
        for other in others:
            if other.anon is not None:
                vma.anon, vma.chain = other.anon, other.chain
                return


def reusable_anon(vma: Vma, near: Vma | None) -> AnonVma | None:
    """``reusable_anon_vma()``: return the neighbour's anon_vma if the two might merge later.

    ``anon_vma_compatible()`` ignores the label and the permissions, which mprotect can change.
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
