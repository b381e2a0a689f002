"""The bits of ``/proc/PID/pagemap``, of ``/proc/kpageflags`` and of the ioctl ``PAGEMAP_SCAN``.

One entry of pagemap is a native 64-bit number for each page of address space: ``PM_*``,
fs/proc/task_mmu.c. One of kpageflags describes a frame: ``KPF_*``,
include/uapi/linux/kernel-page-flags.h. A scan reports ranges of pages with categories:
``PAGE_IS_*``, include/uapi/linux/fs.h.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

from procmaps.formats.releases import Release, Span


@attrs.frozen
class PageBit:
    """One bit.

    name      The name that this project uses.
    number    The number of the bit.
    meaning   What it means if it is set.
    span      The releases that have it.
    source    The kernel's constant, or where its meaning is settled.
    """

    name: str
    number: int
    meaning: str
    span: Span
    source: str

    @property
    def mask(self) -> int:
        """The number that has only this bit."""
        return 1 << self.number


def _by_name(*bits: PageBit) -> Mapping[str, PageBit]:
    return MappingProxyType({bit.name: bit for bit in bits})


FRAME_BITS: Final = 55
"""Bits 0–54 of a present page are the number of its frame, 0 for who may not know it (4.2)."""

SWAP_TYPE_BITS: Final = 5
"""Bits 0–4 of a page that is not present are the type of its swap entry; the offset follows."""

MARKER_TYPE: Final = 31
"""The type of an entry that is only a mark: ``SWP_PTE_MARKER`` (5.19), include/linux/swap.h."""

SWAP_TYPES: Final = 23
"""Types below this are swap areas: the least that ``MAX_SWAPFILES`` can be with every option,
include/linux/swap.h (32 less 4 for devices, 3 for migration, 1 for bad memory, 1 for markers).
Types from here up to `MARKER_TYPE` may be pages that migrate, are bad, or are in a device."""

PAGEMAP: Final = _by_name(
    PageBit(
        "soft_dirty",
        55,
        "Written since the last write of 4 to clear_refs, or in a mapping made since.",
        Span.of("3.11"),
        "PM_SOFT_DIRTY; needs CONFIG_MEM_SOFT_DIRTY",
    ),
    PageBit(
        "exclusive",
        56,
        "One page table entry maps the frame.",
        Span.of("4.2"),
        "PM_MMAP_EXCLUSIVE",
    ),
    PageBit(
        "write_protected",
        57,
        "Write-protected by userfaultfd.",
        Span.of("5.12|5.14"),
        "PM_UFFD_WP",
    ),
    PageBit(
        "guard", 58, "A guard page of MADV_GUARD_INSTALL.", Span.of("6.12|6.18"), "PM_GUARD_REGION"
    ),
    PageBit("file", 61, "Of a file or of shared memory.", Span.of("3.5"), "PM_FILE"),
    PageBit("swapped", 62, "Not present, but not empty: swap and markers.", Span(), "PM_SWAP"),
    PageBit("present", 63, "Mapped by a page table entry.", Span(), "PM_PRESENT"),
)
"""The bits of an entry of pagemap by name."""

FRAME_FLAGS: Final = _by_name(
    PageBit("anonymous", 12, "Of no file.", Span.of("2.6.31"), "KPF_ANON"),
    PageBit(
        "swap_backed", 14, "Goes to swap if memory is short.", Span.of("2.6.31"), "KPF_SWAPBACKED"
    ),
    PageBit("hugetlb", 17, "Of hugetlbfs.", Span.of("2.6.31"), "KPF_HUGE"),
    PageBit("merged", 21, "One frame for equal pages.", Span.of("2.6.32"), "KPF_KSM"),
    PageBit("large", 22, "Part of a large folio of any size.", Span.of("3.4"), "KPF_THP"),
    PageBit("zero", 24, "The page of zeros, small or huge.", Span.of("4.0"), "KPF_ZERO_PAGE"),
)
"""The bits of kpageflags that this project reads, by name."""

CATEGORIES: Final = _by_name(
    PageBit("present", 3, "Mapped.", Span.of("6.7"), "PAGE_IS_PRESENT"),
    PageBit("swapped", 4, "Swap, or a marker.", Span.of("6.7"), "PAGE_IS_SWAPPED"),
    PageBit("zero", 5, "The page of zeros, small or huge.", Span.of("6.7"), "PAGE_IS_PFNZERO"),
    PageBit(
        "huge", 6, "Mapped by one huge entry, or of hugetlbfs.", Span.of("6.7"), "PAGE_IS_HUGE"
    ),
    PageBit("guard", 8, "A guard page.", Span.of("6.12|6.18"), "PAGE_IS_GUARD"),
)
"""The categories of a scan that this project asks for, by name."""


@attrs.frozen
class KernelFault:
    """Something that a kernel reports wrongly.

    name      The name that this project uses.
    bit       The bit that is wrong.
    meaning   What is wrong.
    spans     The releases that have the fault, as far as they were booted.
    remedy    What this project does instead. It asks the kernel, and never its release.
    """

    name: str
    bit: str
    meaning: str
    spans: tuple[Span, ...]
    remedy: str

    def is_in(self, release: Release) -> bool | None:
        """Return whether *release* has the fault; None if it was not booted."""
        known = [span.covers(release) for span in self.spans]
        return True if True in known else None if None in known else False


KERNEL_FAULTS: Final[Mapping[str, KernelFault]] = MappingProxyType(
    {
        fault.name: fault
        for fault in (
            KernelFault(
                "exclusive of huge pages",
                "pagemap 56",
                "All pages of a huge entry have the bit of the first one, also after some of them "
                "were shared or copied alone (6.1 and 6.18; 6.12 asks page by page).",
                (Span.of("?|6.1", "6.1|6.12"), Span.of("6.12|6.18")),
                "The bit is ignored where a page may be mapped by a huge entry, and the count of "
                "each frame is read.",
            ),
            KernelFault(
                "merged without KSM",
                "kpageflags 21",
                "Every anonymous page has the bit: stable_page_flags() tests two bits of the "
                "pointer with &, and one of them marks all anonymous memory.",
                (Span.of("6.1|6.12", "6.12|6.18"),),
                "A page of our own, which cannot be merged, is looked at first. If it has the bit, "
                "merged pages are taken from smaps.",
            ),
        )
    }
)
"""The faults of kernels by name. Tests in booted kernels assert each of them."""
