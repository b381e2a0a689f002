"""The result of `account`: a tree of groups, each with its sums."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from procmaps._cached_property import cached_property
from procmaps.live.gaps import Gap
from procmaps.records.usage import Usage
from procmaps.usage.figures import FIGURES, SUMMED, Figure
from procmaps.usage.sums import Sums

Component = bytes | str | int | None
"""The name of a group. Labels, paths and commands are bytes, as printed; kinds and permissions are
``str``; process and user IDs are ``int``; None is what has no such name."""


def nameless(by: str) -> str:
    """Return what is printed for memory that has no value of the key *by*."""
    return "(other)" if by in ("group", "owner") else f"(no {by})"


@attrs.frozen(slots=False)
class Group:
    """Mappings that have something in common, and what they sum up to.

    by       The key that they have in common: ``"kind"``, ``"label"`` …; empty for the total.
    name     Its value; None for the mappings that have no value or belong to no smaller group.
    groups   The smaller groups, the one with the largest `Usage.rss` first. Each mapping of the
             group is in exactly one of them, if there is any.
    sums     The counters of which the properties are made. Internal.
    """

    by: str
    name: Component
    groups: tuple[Group, ...]
    sums: Sums = attrs.field(repr=False)

    @property
    def mappings(self) -> int:
        """The number of mappings."""
        return self.sums.mappings

    @property
    def size(self) -> int:
        """The size of the address ranges, in bytes. Every dump has it, maps too."""
        return self.sums.size

    @property
    def refused(self) -> int:
        """The number of processes that belong to the group but could not be read."""
        return self.sums.refused

    @property
    def names(self) -> frozenset[bytes]:
        """The distinct name columns of the mappings, as printed."""
        return frozenset(self.sums.names)

    @property
    def unknown(self) -> dict[bytes, int]:
        """The sums, in bytes, of fields with a size that no table of formats knows, by their keys.

        Empty unless `account` was called with ``unknown=True``: what such a field means, and
        whether its sum means anything, is for the caller to know.
        """
        return dict(self.sums.unknown)

    @cached_property
    def usage(self) -> Usage:
        """The sums, in bytes. A figure that no mapping has is None, never 0.

        ``size`` is None if there is no figure at all.
        """
        figures: dict[str, Any] = {name: self.figure(name).value for name in SUMMED}
        known = any(value is not None for value in figures.values())
        return Usage(size=self.size if known else None, **figures)

    def figure(self, name: str) -> Figure:
        """Return the sum *name* with its bound and what it lacks.

        *name* is an attribute of `procmaps.Usage` that is a sum, or ``uss``, ``hugetlb``,
        ``swap_anon`` or ``swap_shmem``. ``swap_shmem`` counts each part of a file once, so it can
        be less than the sum over `groups`. Raises `KeyError` for any other name.
        """
        return self.sums.figure(name)

    def column(self, name: str) -> Figure:
        """Return `figure`, or `mappings` for ``count`` and `size`, which are always complete."""
        if name in ("count", "size"):
            return Figure(self.mappings if name == "count" else self.size)
        return self.figure(name)

    @property
    def figures(self) -> tuple[str, ...]:
        """The names of the figures that some mapping has."""
        return tuple(name for name in FIGURES if self.figure(name).value is not None)

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Group]]:
        """Yield every group below this one with its depth, a group before its parts."""
        for group in self.groups:
            yield depth, group
            yield from group.walk(depth + 1)

    def leaves(self) -> Iterator[tuple[tuple[Group, ...], Group]]:
        """Yield each group without smaller groups, after those that contain it, itself last.

        The group itself is not among them, so they are empty if it has no smaller groups.
        """
        if not self.groups:
            yield (), self
        for group in self.groups:
            for path, leaf in group.leaves():
                yield (group, *path), leaf

    def find(self, *names: Component) -> Group | None:
        """Return the group that *names* lead to, one name for each level; None if there is none."""
        if not names:
            return self
        found = next((each for each in self.groups if each.name == names[0]), None)
        return found and found.find(*names[1:])


@attrs.frozen
class Account:
    """Where memory goes: the total, and its groups.

    by      The keys of the groups, from the outermost.
    total   Everything; its `Group.groups` are the groups.
    gaps    The processes that are not part of it. Kernel threads and zombies have no memory.
    """

    by: tuple[str, ...]
    total: Group
    gaps: tuple[Gap, ...] = ()

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups by the first key, the largest first."""
        return self.total.groups

    def leaves(self) -> Iterator[tuple[tuple[Group, ...], Group]]:
        """Yield each smallest group after those that contain it; see `Group.leaves`."""
        return self.total.leaves()

    def find(self, *names: Component) -> Group | None:
        """Return the group that *names* lead to; see `Group.find`."""
        return self.total.find(*names)
