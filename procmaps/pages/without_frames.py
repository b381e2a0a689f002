"""The figures that smaps has, for who may not know frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from procmaps.engines.usage_block_table import MISSING
from procmaps.pages.sums import PSS_SHIFT, UNSPLIT, Backing, PageSums
from procmaps.usage.tables import Table

HUGE_FIELDS: Final = ("anon_huge_pages", "shmem_pmd_mapped", "file_pmd_mapped")
"""The fields of smaps for memory that huge entries map. A release may lack some of them."""


class SmapsFields:
    """The fields of smaps, for each row."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._columns: dict[str, Sequence[int] | None] = {}

    def of(self, name: str, row: int) -> int | None:
        """Return a field in bytes; None if it was not printed."""
        if name not in self._columns:
            self._columns[name] = self._table.column(name)
        column = self._columns[name]
        return None if column is None or column[row] == MISSING else column[row]

    def sum_of(self, names: Sequence[str], row: int) -> int | None:
        """Return the sum of those fields that were printed; None if none was."""
        values = [value for name in names if (value := self.of(name, row)) is not None]
        return sum(values) if values else None


def fill(sums: list[PageSums], table: Table, shmem: Sequence[bool]) -> None:
    """Add what smaps says of each row to what pagemap said without frames.

    *shmem* says for each row whether its file is shared memory. PSS and USS of a mapping that has
    both anonymous pages and pages of its file are not divided by smaps.
    """
    fields = SmapsFields(table)
    for row, own in enumerate(sums):
        rss = fields.of("rss", row) or 0
        anonymous = min(fields.of("anonymous", row) or 0, rss)
        of_file: Backing = "shmem" if shmem[row] else "file"
        own.rss["anonymous"] = anonymous
        own.rss[of_file] = rss - anonymous
        part = UNSPLIT if 0 < anonymous < rss else "anonymous" if anonymous else of_file
        own.pss[part] = (fields.of("pss", row) or 0) << PSS_SHIFT
        own.uss[part] = fields.sum_of(("private_clean", "private_dirty"), row) or 0
        own.sharers = None
        hugetlb = fields.sum_of(("shared_hugetlb", "private_hugetlb"), row)
        merged = fields.of("ksm", row)
        own.counted |= {
            "hugetlb": hugetlb,
            "merged": merged,
            "large": None,
            "marked": None,
            "swapped": _swapped(own, fields, row, shmem=shmem[row]),
            "unmanaged": _rest(own.counted["present"], own.counted["zero"], rss, hugetlb),
        }
        if hugetlb:  # the scan has one category for both kinds of huge pages
            own.counted["huge_mapped"] = 0


def _swapped(own: PageSums, fields: SmapsFields, row: int, *, shmem: bool) -> int | None:
    """Return the bytes with a swap entry.

    Swap of smaps has no markers, but all swapped pages of shared memory, which have no entry.
    """
    printed, entries = fields.of("swap", row), own.counted["swapped"]
    if printed is None or entries is None:
        return printed
    return min(printed, entries) if shmem else printed


def _rest(present: int | None, zero: int | None, rss: int, hugetlb: int | None) -> int | None:
    """Return what is present and in no other figure; the process may have run on meanwhile."""
    if present is None or zero is None:
        return None
    return max(0, present - zero - rss - (hugetlb or 0))
