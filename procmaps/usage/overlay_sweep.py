"""The labels of many ranges at once: a sweep over the address space."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Final, Protocol


class Labelled(Protocol):
    """A range of addresses with a label; the end is exclusive."""

    @property
    def start(self) -> int: ...  # noqa: D102 - see the class
    @property
    def end(self) -> int: ...  # noqa: D102
    @property
    def label(self) -> bytes: ...  # noqa: D102


def most_covered(
    ranges: Sequence[Labelled], asked: Sequence[tuple[int, int]]
) -> list[bytes | None]:
    """Return for each of *asked* the label that has most of its bytes; None if no label has any.

    *ranges* are sorted by their starts. They may overlap, and each counts on its own; of labels
    with equally many bytes, the first one by its bytes is returned.

    Time is that of sorting, if those of *asked* do not overlap: a range that covers many of them is
    not looked at for each.
    """
    sweep = _Sweep(ranges)
    found: list[bytes | None] = [None] * len(asked)
    for index in sorted(range(len(asked)), key=asked.__getitem__):
        found[index] = sweep.label_of(*asked[index])
    return found


_Entry = tuple[int, bytes]
"""A label with how many ranges of it are open, as a negative number: the most is the least."""


class _Sweep:
    """Ranges that contain an address, which only grows."""

    def __init__(self, ranges: Sequence[Labelled]) -> None:
        self._by_start: Final = [each for each in ranges if each.start < each.end]
        self._by_end: Final = sorted(self._by_start, key=lambda each: each.end)
        self._started = self._ended = 0
        self._open: Counter[bytes] = Counter()
        self._heap: list[_Entry] = []
        """Also has entries of earlier counts, which are dropped when they come up."""

    def label_of(self, start: int, end: int) -> bytes | None:
        """Return the label that has most bytes from *start*, not below the one before, to *end*."""
        self._go_to(start)
        inside: Counter[bytes] = Counter()
        for each in self._ending(end):
            if each.start <= start:  # it covers only a part
                inside[each.label] += each.end - end
        at = self._started
        while at < len(self._by_start) and self._by_start[at].start < end:
            each = self._by_start[at]
            inside[each.label] += min(each.end, end) - each.start
            at += 1
        totals = {label: size + self._open[label] * (end - start) for label, size in inside.items()}
        if covering := self._most_open(totals):
            totals[covering] = self._open[covering] * (end - start)
        best = min(totals, key=lambda label: (-totals[label], label), default=None)
        return best if best is not None and totals[best] > 0 else None

    def _go_to(self, address: int) -> None:
        """Open the ranges that start up to *address*, and close those that end there."""
        while self._started < len(self._by_start):
            each = self._by_start[self._started]
            if each.start > address:
                break
            self._started += 1
            self._change(each.label, 1)
        while self._ended < len(self._by_end) and self._by_end[self._ended].end <= address:
            self._change(self._by_end[self._ended].label, -1)
            self._ended += 1

    def _change(self, label: bytes, by: int) -> None:
        self._open[label] += by
        if self._open[label]:
            heappush(self._heap, (-self._open[label], label))

    def _ending(self, end: int) -> Sequence[Labelled]:
        """Return the ranges that are not closed yet, and end before *end*."""
        at = self._ended
        while at < len(self._by_end) and self._by_end[at].end < end:
            at += 1
        return self._by_end[self._ended : at]

    def _most_open(self, other_than: dict[bytes, int]) -> bytes | None:
        """Return the label of most open ranges that is not one of *other_than*."""
        kept: list[_Entry] = []
        found: bytes | None = None
        while self._heap and found is None:
            entry = heappop(self._heap)
            if -entry[0] != self._open[entry[1]] or entry in kept[-1:]:
                continue
            kept.append(entry)
            if entry[1] not in other_than:
                found = entry[1]
        for entry in kept:
            heappush(self._heap, entry)
        return found
