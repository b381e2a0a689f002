"""The smaps fields of a mapping: `Usage`."""

from __future__ import annotations

import attrs

from procmaps.formats.vm_flags import VmFlags
from procmaps.records.names import Name


@attrs.frozen
class ExtraField:
    """An smaps line that no table knows, kept as it stood."""

    key: bytes
    """The text before the colon."""
    value: bytes
    """The text after the colon, spaces included, without the line end."""


@attrs.frozen
class Usage:
    """The smaps fields of one mapping. Sizes are bytes; what was not printed is None, never 0.

    The meaning, unit, history and source of every field stand in `procmaps.formats.smaps_fields`.
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
    """Not a size: 1 where transparent huge pages may be used, 0 where not."""
    protection_key: int | None = None
    """Not a size: the number of the memory protection key."""
    name: Name | None = None
    """Old Android's ``Name:`` line, which repeats the label."""
    vm_flags: VmFlags | None = None
    extra: tuple[ExtraField, ...] = ()
    """Lines that nobody knows, in their order."""

    @property
    def uss(self) -> int | None:
        """Unique set size, bytes: private pages, huge ones included; None without the fields."""
        if self.private_clean is None or self.private_dirty is None:
            return None
        return self.private_clean + self.private_dirty + (self.private_hugetlb or 0)
