"""The figures that can be summed, and how exact their sums are.

The kernel counts the proportional figures in fractions of a byte and cuts each record down to whole
kB: ``SEQ_PUT_DEC(…, mss->pss >> PSS_SHIFT)`` in ``__show_smap()``, fs/proc/task_mmu.c. A sum over
records is therefore less than 1 kB per record too small. All other figures are whole pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

import attrs

from procmaps.formats.smaps_fields import FIELDS

KB: Final = 1024

_PER_MAPPING: Final = ("size", "kernel_page_size", "mmu_page_size")
"""Sizes that are no sums: two are properties, and `Group.size` has the size of the ranges."""

SUMMED: Final = tuple(
    field.attribute
    for field in FIELDS.values()
    if field.unit == "kB" and field.attribute not in _PER_MAPPING
)
"""The attributes of `procmaps.Usage` that are summed, in the kernel's order."""

CEILINGS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "pss": ("rss",),
        "pss_dirty": ("shared_dirty", "private_dirty"),
        "pss_anon": ("rss",),
        "pss_file": ("rss",),
        "pss_shmem": ("rss",),
        "swap_pss": ("swap",),
        "locked": ("rss",),
    }
)
"""For each figure that is cut, the exact figures whose sum it never exceeds.

A page adds at most its size to both. So a record in which the figure equals its ceiling was not
cut. Rollups have ``pss_anon``, ``pss_file`` and ``pss_shmem``, and cut every figure once.
"""

PARTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "uss": ("private_clean", "private_dirty"),
        "hugetlb": ("shared_hugetlb", "private_hugetlb"),
    }
)
"""Figures that smaps does not print, as sums of those that it prints."""

SWAP_PARTS: Final = ("swap_anon", "swap_shmem")
"""``swap`` divided into swap entries and swapped pages of shared memory; see `swapped`."""

FIGURES: Final = (*SUMMED, *PARTS, *SWAP_PARTS)
"""The name of every figure of a group."""

State = Literal["complete", "partial", "absent", "refused"]


@attrs.frozen
class Figure:
    """One sum over the mappings of a group.

    value     The sum in bytes; None if no mapping has the figure.
    bound     The most, in bytes, by which the sum can be too small; 0 if it is exact.
    printed   The number of mappings that have the figure.
    absent    The number of mappings that do not: their kernel did not print it.
    refused   The number of processes whose figures the kernel did not let us read.
    """

    value: int | None
    bound: int = 0
    printed: int = 0
    absent: int = 0
    refused: int = 0

    @property
    def state(self) -> State:
        """Why there is no value, or whether it counts everything.

        ``complete``   Every mapping has the figure; the sum is 0 if all are.
        ``partial``    The sum lacks mappings without the figure, or refused processes.
        ``absent``     No mapping has the figure: the kernel does not print it.
        ``refused``    Nothing could be read.
        """
        if self.value is None:
            return "refused" if self.refused and not self.absent else "absent"
        return "partial" if self.absent or self.refused else "complete"
