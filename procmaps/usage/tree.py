"""The tree of groups, made from the sums of its leaves."""

from __future__ import annotations

from collections.abc import Mapping

from procmaps.usage.groups import Component, Group
from procmaps.usage.keys import Path
from procmaps.usage.sums import Sums


def tree(leaves: Mapping[Path, Sums], by: str = "", name: Component = None) -> Group:
    """Return the group that contains *leaves*, by their paths below it; the largest part first.

    Mappings that belong to no smaller group get one without a name if there are smaller groups.
    So a group is always the sum of its parts.
    """
    own = leaves.get(())
    below: dict[tuple[str, Component], dict[Path, Sums]] = {}
    for path, sums in leaves.items():
        if path:
            below.setdefault(path[0], {})[path[1:]] = sums
    if not below:
        return Group(by, name, (), own or Sums())
    groups = [tree(rest, *key) for key, rest in below.items()]
    if own is not None:
        groups.append(Group(groups[0].by, None, (), own))
    groups.sort(key=_largest_first)
    return Group(by, name, tuple(groups), Sums.of_all(group.sums for group in groups))


def _largest_first(group: Group) -> tuple[int, int, str]:
    return -(group.figure("rss").value or 0), -group.size, repr(group.name)
