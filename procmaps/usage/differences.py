"""`diff`: what changed between two snapshots, by group and by mapping."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from procmaps.records.mapping import Mapping
from procmaps.snapshots.mappings import Mappings
from procmaps.snapshots.snapshot import Snapshot
from procmaps.usage.accounting import account
from procmaps.usage.causes import Cause, Event, causes_of, events_of, figures_of
from procmaps.usage.groups import Component, Group
from procmaps.usage.keys import Key
from procmaps.usage.matching import Match, match
from procmaps.usage.rules import Rules


@attrs.frozen
class MappingChange:
    """The same memory in both snapshots, and what happened to it.

    events   What happened to its mappings; see `procmaps.usage.Event`. Empty if only pages changed.
    causes   What happened to its pages, with the bytes of each; see `procmaps.usage.Cause`. Empty
             for memory that is new or gone.
    before   Its mappings in the first snapshot; empty for new memory.
    after    Its mappings in the second; empty for memory that is gone.
    """

    events: tuple[Event, ...]
    causes: dict[Cause, int]
    before: tuple[Mapping, ...]
    after: tuple[Mapping, ...]

    @property
    def size(self) -> int:
        """By how many bytes the address ranges grew."""
        return sum(each.size for each in self.after) - sum(each.size for each in self.before)

    def delta(self, name: str) -> int | None:
        """Return by how many bytes a figure of smaps grew; None if a mapping does not have it."""
        before, after = figures_of(self.before), figures_of(self.after)
        return after[name] - before[name] if name in before and name in after else None


@attrs.frozen
class GroupChange:
    """A group in both snapshots.

    by       Its key; empty for the total.
    name     Its name; see `Group.name`.
    before   The group in the first snapshot; None if it was not there.
    after    The group in the second; None if it is gone.
    groups   The smaller groups, the one whose ``rss`` grew most first.
    """

    by: str
    name: Component
    before: Group | None
    after: Group | None
    groups: tuple[GroupChange, ...]

    @property
    def mappings(self) -> int:
        """By how many the mappings grew."""
        return sum(sign * each.mappings for sign, each in self._sides)

    @property
    def size(self) -> int:
        """By how many bytes the address ranges grew."""
        return sum(sign * each.size for sign, each in self._sides)

    @property
    def _sides(self) -> list[tuple[int, Group]]:
        sides = ((-1, self.before), (1, self.after))
        return [(sign, group) for sign, group in sides if group is not None]

    def delta(self, name: str) -> int | None:
        """Return by how many bytes a figure grew; None if one of the groups does not have it.

        A group without mappings has 0. Raises `KeyError` for an unknown figure.
        """
        sides = [(sign, each) for sign, each in self._sides if each.mappings]
        figures = [(sign, each.figure(name).value) for sign, each in sides]
        known = [sign * value for sign, value in figures if value is not None]
        return sum(known) if len(known) == len(figures) else None

    def bound(self, name: str) -> int:
        """Return by how many bytes `delta` can differ from the truth, in either direction."""
        return max((each.figure(name).bound for _, each in self._sides), default=0)

    @property
    def changed(self) -> bool:
        """Whether a figure, the size or the number of mappings differs, here or in a part.

        Parts can make up for each other, so that only they differ.
        """
        if self.before is None or self.after is None:
            return True
        own = not self.before.sums.has_figures_of(self.after.sums)
        return own or any(part.changed for part in self.groups)


@attrs.frozen
class Difference:
    """What changed between two snapshots.

    by         The keys of the groups, from the outermost.
    total      Everything; its ``groups`` are all groups of both snapshots.
    mappings   The memory that changed, by group, then by address.
    """

    by: tuple[str, ...]
    total: GroupChange
    mappings: tuple[MappingChange, ...]

    @property
    def groups(self) -> tuple[GroupChange, ...]:
        """The groups by the first key, the one that grew most first."""
        return self.total.groups


def diff(
    before: Snapshot | Mappings,
    after: Snapshot | Mappings,
    by: Key | Sequence[Key] = "group",
    *,
    rules: Rules | None = None,
) -> Difference:
    """Compare two snapshots of one process, or of two: by group first, then by address.

    *by* and *rules* are those of `account`. Snapshots of maps have sizes only.

    `Difference.mappings` has what happened to each piece of memory, as far as smaps shows it. Every
    mapping that changed is in exactly one `MappingChange`. Raises `ValueError` for an unknown key.
    """
    places = Rules.preset() if rules is None else rules
    sizes_only = not all(map(_has_figures, (before, after)))
    accounts = [account(each, by, rules=places, sizes_only=sizes_only) for each in (before, after)]
    changes = [_change(each) for each in match(before, after)]
    return Difference(
        accounts[0].by,
        _groups("", None, accounts[0].total, accounts[1].total),
        tuple(sorted(filter(None, changes), key=lambda change: _order(change, places))),
    )


def _has_figures(mappings: Snapshot | Mappings) -> bool:
    if isinstance(mappings, Snapshot):
        return mappings.kind != "maps" or not len(mappings)
    return not mappings or any(each.usage is not None for each in mappings)


def _change(found: Match) -> MappingChange | None:
    events = events_of(found)
    causes = causes_of(found) if found.before and found.after else {}
    if not events and figures_of(found.before) == figures_of(found.after):
        return None
    return MappingChange(events, causes, found.before, found.after)


def _order(change: MappingChange, rules: Rules) -> tuple[tuple[bytes, ...], int]:
    first = (change.after or change.before)[0]
    return rules.place(first.name), first.start


def _groups(by: str, name: Component, before: Group | None, after: Group | None) -> GroupChange:
    """Return the change of a group, with the groups of both sides by key and name."""
    sides = [
        {} if group is None else {(each.by, each.name): each for each in group.groups}
        for group in (before, after)
    ]
    keys = dict.fromkeys((*sides[1], *sides[0]))
    parts = [_groups(*key, sides[0].get(key), sides[1].get(key)) for key in keys]
    parts.sort(key=lambda part: (-(part.delta("rss") or 0), -part.size, repr(part.name)))
    return GroupChange(by, name, before, after, tuple(parts))
