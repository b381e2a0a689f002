"""The smaps fields of a mapping: `Usage`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from procmaps.formats.smaps_fields import FIELDS
from procmaps.formats.vm_flags import VmFlags
from procmaps.records import storage
from procmaps.records.names import Name


@attrs.frozen
class ExtraField:
    """An smaps line that no table knows, exactly as printed.

    key     The text before the colon.
    value   The text after the colon with its spaces, without the line end.
    """

    key: bytes
    value: bytes


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


NUMBERS: Final = tuple(f.attribute for f in FIELDS.values() if f.unit in ("kB", "count"))
"""The fields of `Usage` that are numbers."""

OTHERS: Final = ("name", "vm_flags", "extra")
"""The other fields of `Usage`."""

if TYPE_CHECKING:

    class _Base: ...

else:
    _Base = storage.make_base(f"{__name__}._Base", (*NUMBERS, *OTHERS), ())


@attrs.frozen
class Usage(_Base):
    """The smaps fields of one mapping. A field that was not printed is None, never 0.

    All values are sizes in bytes, except ``thp_eligible``, ``protection_key`` and the last three.
    `procmaps.formats.smaps_fields` has the history and source of every field.

    size                  The size of the mapping.
    kernel_page_size      The page size that the kernel uses for the mapping.
    mmu_page_size         The page size that the processor uses for the mapping.
    rss                   Resident memory: pages that are in memory now.
    pss                   Resident memory, each page divided by the number of mappings that share
                          it.
    pss_dirty             The part of Pss that was written to.
    pss_anon              The part of Pss that is anonymous memory.
    pss_file              The part of Pss that is memory of files.
    pss_shmem             The part of Pss that is shared memory.
    shared_clean          Pages also mapped elsewhere, not written to.
    shared_dirty          Pages also mapped elsewhere, written to.
    private_clean         Pages mapped only here, not written to.
    private_dirty         Pages mapped only here, written to.
    referenced            Pages marked as accessed recently.
    anonymous             Pages that belong to no file, including copies of a file's pages.
    ksm                   Pages merged with others of the same content, without the zero pages that
                          KSM placed.
    lazy_free             Pages freed with MADV_FREE that the kernel has not reclaimed yet.
    anon_huge_pages       Anonymous memory in transparent huge pages.
    shmem_pmd_mapped      Shared memory mapped by huge pages.
    file_pmd_mapped       File pages mapped by huge pages.
    shared_hugetlb        hugetlb pages also mapped elsewhere; not counted in Rss.
    private_hugetlb       hugetlb pages mapped only here; not counted in Rss.
    swap                  Anonymous memory that is in swap.
    swap_pss              Swap, each page divided by the number of mappings that share it.
    writeback             zram pages written back to storage.
    writeback_huge        zram pages that did not compress, written back to storage.
    same                  zram pages filled with one repeated value.
    huge                  zram pages that did not compress.
    swap_shared           Swapped pages that are shared.
    locked                The part of Pss that is locked in memory (4.14 to 4.17: all of Pss,
                          wrongly).
    nonlinear             Pages that are not in the order of the file.
    thp_eligible          1 if the mapping may have transparent huge pages, else 0.
    protection_key        The number of the mapping's protection key.
    name                  The label that the program set, in brackets as in the name column.
    vm_flags              The kernel's flags of the mapping, two letters each (see
                          procmaps.formats.vm_flags).
    extra                 Lines that no table knows, in printed order.
    """

    size: int | None = None
    kernel_page_size: int | None = None
    mmu_page_size: int | None = None
    rss: int | None = None
    pss: int | None = None
    pss_dirty: int | None = None
    pss_anon: int | None = None
    pss_file: int | None = None
    pss_shmem: int | None = None
    shared_clean: int | None = None
    shared_dirty: int | None = None
    private_clean: int | None = None
    private_dirty: int | None = None
    referenced: int | None = None
    anonymous: int | None = None
    ksm: int | None = None
    lazy_free: int | None = None
    anon_huge_pages: int | None = None
    shmem_pmd_mapped: int | None = None
    file_pmd_mapped: int | None = None
    shared_hugetlb: int | None = None
    private_hugetlb: int | None = None
    swap: int | None = None
    swap_pss: int | None = None
    writeback: int | None = None
    writeback_huge: int | None = None
    same: int | None = None
    huge: int | None = None
    swap_shared: int | None = None
    locked: int | None = None
    nonlinear: int | None = None
    thp_eligible: int | None = None
    protection_key: int | None = None
    name: Name | None = None
    vm_flags: VmFlags | None = None
    extra: tuple[ExtraField, ...] = ()

    @property
    def uss(self) -> int | None:
        """Unique set size in bytes: the private part of `rss`; None if not printed.

        Pages of hugetlbfs are no part of it, because they are no part of `rss` or `pss` either.
        """
        return _sum(self.private_clean, self.private_dirty)

    @property
    def hugetlb(self) -> int | None:
        """Memory of hugetlbfs in bytes, shared and private; None if not printed (before 4.4)."""
        return _sum(self.shared_hugetlb, self.private_hugetlb)

    def __repr__(self) -> str:
        # Only fields with a value; the result is still a valid call of the constructor.
        values = ((field, getattr(self, field.name)) for field in attrs.fields(Usage))
        given = (f"{field.name}={value!r}" for field, value in values if value != field.default)
        return f"Usage({', '.join(given)})"
