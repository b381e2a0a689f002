"""The sums of pages by label, kind, file …: a tree of groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from procmaps.pages.sums import PageSums
from procmaps.snapshots.snapshot import Snapshot
from procmaps.usage.groups import Component
from procmaps.usage.keys import Facts, Key, Path, keys_of, path_of
from procmaps.usage.rules import Rules
from procmaps.usage.tables import files_before, table_of


@attrs.frozen
class PageGroup:
    """Mappings that have something in common, and their pages.

    by       The key that they have in common: ``"kind"``, ``"label"`` …; empty for the total.
    name     Its value; None for mappings without one.
    groups   The smaller groups, the one with the most resident memory first.
    sums     What was counted.
    """

    by: str
    name: Component
    groups: tuple[PageGroup, ...]
    sums: PageSums = attrs.field(repr=False)

    def figure(self, name: str) -> int | None:
        """Return one of `FIGURES` in bytes; None if it is not known. Raises `KeyError`."""
        return self.sums.figure(name)

    def walk(self, depth: int = 0) -> Iterator[tuple[int, PageGroup]]:
        """Yield every group below this one with its depth, a group before its parts."""
        for group in self.groups:
            yield depth, group
            yield from group.walk(depth + 1)

    def find(self, *names: Component) -> PageGroup | None:
        """Return the group that *names* lead to, one name for each level; None if there is none."""
        if not names:
            return self
        found = next((each for each in self.groups if each.name == names[0]), None)
        return found and found.find(*names[1:])


def grouped(
    snapshot: Snapshot, sums: Sequence[PageSums], by: Sequence[Key], rules: Rules | None
) -> PageGroup:
    """Return the tree of the groups of a process. Raises `ValueError` for an unknown key."""
    keys = keys_of(by)
    known = Rules.preset() if rules is None else rules
    table = table_of(snapshot)
    before = files_before(table, table.names) if known.look_before else [None] * len(table)
    leaves: dict[Path, PageSums] = {}
    for row, own in enumerate(sums):
        name = table.names[table.name_index[row]]
        place = known.place(name, before[row])
        path = path_of(keys, Facts(name, table.perms[row], None, place))
        leaves.setdefault(path, PageSums()).add(own)
    return _tree(leaves, "", None)


def _tree(leaves: dict[Path, PageSums], by: str, name: Component) -> PageGroup:
    """Return the group of *leaves*; what is in no smaller group gets one without a name."""
    own = leaves.pop((), None)
    below: dict[tuple[str, Component], dict[Path, PageSums]] = {}
    for path, sums in leaves.items():
        below.setdefault(path[0], {})[path[1:]] = sums
    if not below:
        return PageGroup(by, name, (), own or PageSums())
    groups = [_tree(rest, *key) for key, rest in below.items()]
    if own is not None:
        groups.append(PageGroup(groups[0].by, None, (), own))
    groups.sort(key=lambda group: (-(group.figure("rss") or 0), -group.sums.size, repr(group.name)))
    return PageGroup(by, name, tuple(groups), PageSums.of_all(group.sums for group in groups))
