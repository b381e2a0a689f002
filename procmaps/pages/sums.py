"""Sums over pages: `PageSums`, from which every figure is made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, get_args

import attrs

from procmaps.pages.pagemap_file import PAGE

Backing = Literal["anonymous", "file", "shmem"]
"""What a page is of: no file, a file, or shared memory (tmpfs, memfd, System V)."""

BACKINGS: Final[tuple[Backing, ...]] = get_args(Backing)

UNSPLIT: Final = "unsplit"
"""A fourth part of ``pss`` and ``uss``: what smaps does not divide, if frames are hidden."""

PSS_SHIFT: Final = 12
"""The kernel counts PSS in fractions of a byte: ``PSS_SHIFT``, fs/proc/task_mmu.c."""

COUNTED: Final = (
    "present",
    "zero",
    "merged",
    "copied",
    "huge_mapped",
    "large",
    "hugetlb",
    "swapped",
    "guard",
    "marked",
    "soft_dirty",
    "unmanaged",
)
"""Figures that are counted page by page."""

FIGURES: Final = (
    "size",
    "rss",
    "pss",
    "uss",
    "shared",
    *BACKINGS,
    *(f"{part}_{backing}" for part in ("pss", "uss") for backing in BACKINGS),
    f"pss_{UNSPLIT}",
    f"uss_{UNSPLIT}",
    *COUNTED,
)
"""The name of every figure."""


_NOTHING: Final[dict[str, int | None]] = dict.fromkeys(COUNTED, 0)
_PARTS: Final[dict[str, int]] = dict.fromkeys((*BACKINGS, UNSPLIT), 0)


@attrs.define
class PageSums:
    """What was counted of some mappings.

    mappings   The number of mappings.
    size       The size of their ranges, in bytes.
    counted    The figures `COUNTED`, in bytes; None for one that is not known.
    rss        Resident bytes by `Backing`.
    uss        Of these, the bytes that nobody else maps.
    pss        The fair share by `Backing`, in bytes with `PSS_SHIFT` binary digits after the point.
    sharers    Resident bytes by the number of those that map them; None if not known.
    """

    mappings: int = 0
    size: int = 0
    counted: dict[str, int | None] = attrs.field(factory=_NOTHING.copy)
    rss: dict[str, int] = attrs.field(factory=_PARTS.copy)
    uss: dict[str, int] = attrs.field(factory=_PARTS.copy)
    pss: dict[str, int] = attrs.field(factory=_PARTS.copy)
    sharers: dict[int, int] | None = attrs.field(factory=dict[int, int])

    @classmethod
    def of_all(cls, parts: Iterable[PageSums]) -> PageSums:
        """Return the sums of *parts*, which have no mapping in common."""
        total = cls()
        for part in parts:
            total.add(part)
        return total

    def add(self, part: PageSums) -> None:
        """Add the sums of other mappings. What is not known of a part is not known of the sum."""
        self.mappings += part.mappings
        self.size += part.size
        for name, value in part.counted.items():
            known = self.counted[name]
            self.counted[name] = None if value is None or known is None else known + value
        for own, other in ((self.rss, part.rss), (self.uss, part.uss), (self.pss, part.pss)):
            for name, number in other.items():
                own[name] += number
        if self.sharers is None or part.sharers is None:
            self.sharers = None
        else:
            for sharers, number in part.sharers.items():
                self.sharers[sharers] = self.sharers.get(sharers, 0) + number

    def count(self, name: str, pages: int) -> None:
        """Add *pages* to one of `COUNTED`, if that is known at all."""
        known = self.counted[name]
        self.counted[name] = None if known is None else known + pages * PAGE

    def forget(self, name: str) -> None:
        """Say that one of `COUNTED` is not known."""
        self.counted[name] = None

    def map(self, backing: Backing, sharers: int, pages: int, *, alone: bool | None = None) -> None:
        """Add resident *pages*, each mapped *sharers* times.

        *alone* says whether nobody else maps them, if that is another question.
        """
        size = pages * PAGE
        self.rss[backing] += size
        self.pss[backing] += (PAGE << PSS_SHIFT) // sharers * pages
        if sharers == 1 if alone is None else alone:
            self.uss[backing] += size

    def share(self, sharers: int, pages: int) -> None:
        """Add *pages* to those that so many have in common."""
        if self.sharers is not None:
            self.sharers[sharers] = self.sharers.get(sharers, 0) + pages * PAGE

    def figure(self, name: str) -> int | None:
        """Return one of `FIGURES` in bytes; None if it is not known.

        Raises `KeyError` for any other name.
        """
        if name not in FIGURES:
            raise KeyError(name)
        if name in self.counted:
            return self.counted[name]
        return self._sums()[name]

    def _sums(self) -> dict[str, int]:
        rss, uss, pss = (sum(part.values()) for part in (self.rss, self.uss, self.pss))
        return {
            "size": self.size,
            "rss": rss,
            "pss": pss >> PSS_SHIFT,
            "uss": uss,
            "shared": rss - uss,
            **self.rss,
            **{f"pss_{name}": value >> PSS_SHIFT for name, value in self.pss.items()},
            **{f"uss_{name}": value for name, value in self.uss.items()},
        }
