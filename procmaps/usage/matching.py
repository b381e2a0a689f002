"""Which mappings of two snapshots are the same memory."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter

import attrs

from procmaps.records.mapping import Mapping
from procmaps.records.names import AnonName, Unnamed


@attrs.frozen
class Match:
    """The same memory before and after: one side is empty for memory that is new or gone.

    before   Its mappings in the first snapshot, by address.
    after    Its mappings in the second, by address.
    moved    Whether it has other addresses.
    """

    before: tuple[Mapping, ...]
    after: tuple[Mapping, ...]
    moved: bool = False


def match(before: Iterable[Mapping], after: Iterable[Mapping]) -> list[Match]:
    """Return matches that have every mapping of both snapshots exactly once.

    Mappings without a change are found first. Others are the same memory if their ranges overlap
    and they map the same part of the same file, or are both anonymous. What is left may have moved:
    it is the same if its name, permissions, file, offset and size are.

    Takes time in proportion to the number of mappings, also for a torn text: a mapping that
    overlaps one before it is matched only if it did not change or if it moved.
    """
    same, old, new = _alike(before, after, _fixed)
    joined, old, new = _overlapping(old, new)
    moved, old, new = _alike(old, new, _movable)
    return [
        *same,
        *joined,
        *(attrs.evolve(each, moved=True) for each in moved),
        *(Match((mapping,), ()) for mapping in old),
        *(Match((), (mapping,)) for mapping in new),
    ]


_Rest = tuple[list[Match], list[Mapping], list[Mapping]]
"""Matches, and the mappings of both sides that have none."""


def _movable(mapping: Mapping) -> bytes:
    """Return what a mapping keeps when it moves, as text.

    Python hashes texts with a secret key, but integers without one: whoever writes a dump could
    choose addresses that collide in a dictionary. The name comes last, because it may contain
    anything.
    """
    device = mapping.device
    return b"%x %x %x %x %x %x %b" % (
        mapping.size,
        mapping.perms.flags,
        device.major,
        device.minor,
        mapping.inode,
        mapping.offset,
        mapping.name.raw,
    )


def _fixed(mapping: Mapping) -> bytes:
    return b"%x %b" % (mapping.start, _movable(mapping))


def _alike(
    before: Iterable[Mapping], after: Iterable[Mapping], key: Callable[[Mapping], bytes]
) -> _Rest:
    """Match mappings with equal keys, one to one, in their order."""
    waiting: defaultdict[bytes, deque[Mapping]] = defaultdict(deque)
    for mapping in before:
        waiting[key(mapping)].append(mapping)
    found: list[Match] = []
    new: list[Mapping] = []
    for mapping in after:
        if alike := waiting.get(key(mapping)):
            found.append(Match((alike.popleft(),), (mapping,)))
        else:
            new.append(mapping)
    return found, [each for queue in waiting.values() for each in queue], new


def _overlapping(before: list[Mapping], after: list[Mapping]) -> _Rest:
    """Match what overlaps and is the same object; one mapping may have become several."""
    old, odd_old = _disjoint(before)
    new, odd_new = _disjoint(after)
    groups = _Groups(old, new)
    for one, other in _pairs(old, new):
        if _same_object(old[one], new[other]):
            groups.join(one, other)
    found = groups.matches()
    matched = {id(each) for item in found for each in (*item.before, *item.after)}
    return (
        found,
        [*(each for each in old if id(each) not in matched), *odd_old],
        [*(each for each in new if id(each) not in matched), *odd_new],
    )


def _disjoint(mappings: list[Mapping]) -> tuple[list[Mapping], list[Mapping]]:
    """Return the mappings sorted by address, and those that overlap one before them."""
    kept: list[Mapping] = []
    odd: list[Mapping] = []
    limit = 0
    for mapping in sorted(mappings, key=attrgetter("start", "end")):
        if mapping.start < limit:
            odd.append(mapping)
        else:
            kept.append(mapping)
            limit = mapping.end
    return kept, odd


def _pairs(old: list[Mapping], new: list[Mapping]) -> Iterator[tuple[int, int]]:
    """Yield the indexes of mappings that overlap; both lists are sorted and disjoint."""
    one = other = 0
    while one < len(old) and other < len(new):
        if max(old[one].start, new[other].start) < min(old[one].end, new[other].end):
            yield one, other
        if old[one].end <= new[other].end:
            one += 1
        else:
            other += 1


def _same_object(one: Mapping, other: Mapping) -> bool:
    """Return whether overlapping mappings are of one file at one place, or both anonymous."""
    if (one.device, one.inode) != (other.device, other.inode):
        return False
    if one.inode:
        return one.offset - one.start == other.offset - other.start
    plain = (AnonName, Unnamed)
    both_plain = isinstance(one.name, plain) and isinstance(other.name, plain)
    return both_plain or one.name.raw == other.name.raw


class _Groups:
    """Mappings that were joined, directly or by others: a graph of two sides."""

    def __init__(self, old: list[Mapping], new: list[Mapping]) -> None:
        self._old, self._new = old, new
        self._parts: list[tuple[list[int], list[int]]] = []
        self._of_old: dict[int, int] = {}
        self._of_new: dict[int, int] = {}

    def join(self, one: int, other: int) -> None:
        """Join two mappings. They come in the order of addresses, so a group is a run of them."""
        part = self._of_old.get(one, self._of_new.get(other))
        if part is None:
            part = len(self._parts)
            self._parts.append(([], []))
        if self._of_old.setdefault(one, part) == part and one not in self._parts[part][0][-1:]:
            self._parts[part][0].append(one)
        if self._of_new.setdefault(other, part) == part and other not in self._parts[part][1][-1:]:
            self._parts[part][1].append(other)

    def matches(self) -> list[Match]:
        """Return the groups."""
        return [
            Match(tuple(self._old[i] for i in old), tuple(self._new[i] for i in new))
            for old, new in self._parts
        ]
