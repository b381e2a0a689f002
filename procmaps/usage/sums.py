"""Sums over the mappings of a group."""

from __future__ import annotations

from collections.abc import Iterable
from operator import add

import attrs

from procmaps.usage.figures import CEILINGS, KB, PARTS, SUMMED, SWAP_PARTS, Figure
from procmaps.usage.swapped import SwappedRange, swapped_once


def _numbers() -> dict[str, int]:
    return dict.fromkeys(SUMMED, 0)


@attrs.define
class Sums:
    """What was counted of a group's mappings.

    mappings   The number of mappings.
    size       The size of their ranges, in bytes.
    refused    The number of processes that could not be read.
    values     The sum of each figure, in bytes.
    printed    The number of mappings that have each figure.
    cut        The number of mappings in which each figure was cut to whole kB, or may have been.
    swapped    The swapped shared memory of each mapping.
    names      The distinct name columns, as printed.
    unknown    The sums of fields that no table of formats knows, in bytes, if they were asked for.
    """

    mappings: int = 0
    size: int = 0
    refused: int = 0
    values: dict[str, int] = attrs.field(factory=_numbers)
    printed: dict[str, int] = attrs.field(factory=_numbers)
    cut: dict[str, int] = attrs.field(factory=lambda: dict.fromkeys(CEILINGS, 0))
    swapped: list[SwappedRange] = attrs.field(factory=list[SwappedRange])
    names: set[bytes] = attrs.field(factory=set[bytes])
    unknown: dict[bytes, int] = attrs.field(factory=dict[bytes, int])

    @classmethod
    def of_all(cls, parts: Iterable[Sums]) -> Sums:
        """Return the sums of *parts*, which have no mapping in common."""
        total = cls()
        for part in parts:
            total.mappings += part.mappings
            total.size += part.size
            total.refused += part.refused
            for own, other in (
                (total.values, part.values),
                (total.printed, part.printed),
                (total.cut, part.cut),
            ):
                own.update(zip(own, map(add, own.values(), other.values()), strict=True))
            total.swapped += part.swapped
            total.names |= part.names
            for key, value in part.unknown.items():
                total.unknown[key] = total.unknown.get(key, 0) + value
        return total

    def has_figures_of(self, other: Sums) -> bool:
        """Return whether the sums are equal, whatever the mappings are called."""
        return attrs.evolve(self, names=set[bytes]()) == attrs.evolve(other, names=set[bytes]())

    def figure(self, name: str) -> Figure:
        """Return one of `FIGURES`. Raises `KeyError` for any other name."""
        if name in PARTS:
            return self._sum_of(*map(self.figure, PARTS[name]))
        if name in SWAP_PARTS:
            return self._swap_part(name)
        printed = self.printed[name]
        return Figure(
            self.values[name] if printed else None,
            KB * self.cut.get(name, 0),
            printed,
            self.mappings - printed,
            self.refused,
        )

    def _sum_of(self, *parts: Figure) -> Figure:
        values = [each.value for each in parts if each.value is not None]
        printed = min(each.printed for each in parts)
        return Figure(
            sum(values) if len(values) == len(parts) else None,
            printed=printed,
            absent=self.mappings - printed,
            refused=self.refused,
        )

    def _swap_part(self, name: str) -> Figure:
        swap = self.figure("swap")
        if swap.value is None:
            return swap
        if name == "swap_shmem":
            least, most = swapped_once(self.swapped)
        else:
            # Every mapping has its own entries, so they are what is left of the plain sum.
            least = swap.value - sum(each.most for each in self.swapped)
            most = swap.value - sum(each.least for each in self.swapped)
        return attrs.evolve(swap, value=least, bound=most - least)
