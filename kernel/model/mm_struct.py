"""The mappings of one process, and how to find them: ``struct mm_struct``.

``space.Space`` adds the system calls.
"""

from __future__ import annotations

from bisect import bisect_right

from attrs import define, field

from kernel.model.kernel_differences import MAX_MAP_COUNT, Features
from kernel.model.vma import PAGE, File, Vma

U64_MAX = (1 << 64) - 1


def page_align(length: int) -> int:
    """``PAGE_ALIGN()`` in 64 bits: a length within a page of 2**64 becomes 0."""
    return (length + PAGE - 1) & U64_MAX & -PAGE


@define
class AddressSpace:
    """Mappings in the order of their addresses, the map-count limit, heap and stack."""

    features: Features
    vmas: list[Vma] = field(factory=list[Vma])
    limit: int = MAX_MAP_COUNT
    start_brk: int = 0
    brk: int = 0
    start_stack: int = 0
    # Pages that have an entry in the page table, and those whose entry is a guard (by address).
    present: set[int] = field(factory=set[int])
    guards: set[int] = field(factory=set[int])
    # Pages of files that have been touched, by whatever process.
    cached: set[tuple[File, int]] = field(factory=set[tuple[File, int]])
    # The process that opened the userfaultfds: they stay bound to it. None: this one.
    userfault_owner: AddressSpace | None = field(default=None, eq=False, repr=False)

    def index(self, address: int) -> int:
        """Return the index of the first mapping that ends above the address."""
        found = bisect_right(self.vmas, address, key=lambda vma: vma.start)
        return found - 1 if found and self.vmas[found - 1].end > address else found

    def find(self, address: int) -> Vma | None:
        """``find_vma()``: return the first mapping that ends above the address."""
        found = self.index(address)
        return self.vmas[found] if found < len(self.vmas) else None

    def neighbours(self, start: int, end: int) -> tuple[Vma | None, Vma | None]:
        """Return the mappings before and after an unmapped range or a whole mapping."""
        found = bisect_right(self.vmas, start - 1, key=lambda vma: vma.start)
        before = self.vmas[found - 1] if found else None
        return before, self.find(end)

    def add(self, vma: Vma) -> Vma:
        """Insert a mapping; return it."""
        self.vmas.insert(bisect_right(self.vmas, vma.start, key=lambda other: other.start), vma)
        return vma

    def remove(self, *vmas: Vma) -> None:
        """Remove mappings."""
        for vma in vmas:
            del self.vmas[self.index(vma.start)]

    def move_pages(self, start: int, end: int, to: int | None = None) -> None:
        """Move the page table entries of a range to the address *to*, or clear them (None)."""
        for entries in (self.present, self.guards):
            moved = {page for page in entries if start <= page < end}
            entries.difference_update(moved)
            if to is not None:
                entries.update(page - start + to for page in moved)

    @property
    def is_full(self) -> bool:
        """``mm->map_count >= sysctl_max_map_count``."""
        return len(self.vmas) >= self.limit
