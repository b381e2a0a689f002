"""Sums that grow table by table: `Accumulator`."""

from __future__ import annotations

import re
from collections.abc import Hashable
from itertools import repeat

import attrs

from procmaps.records.names import Name
from procmaps.usage.counters import Counters, counters
from procmaps.usage.figures import CEILINGS, KB, SUMMED
from procmaps.usage.keys import Facts, Path, path_of
from procmaps.usage.process_facts import ProcessFacts
from procmaps.usage.rules import Place, Rules
from procmaps.usage.sums import Sums
from procmaps.usage.swapped import SwappedRange, swapped_ranges
from procmaps.usage.tables import Table, files_before

_SIZE = re.compile(rb"[ \t]*([0-9]{1,20}) kB[ \t]*")
"""The value of an unknown field that is a size."""

_Known = dict[tuple[Hashable, bytes | None, int], int]
"""Groups by what places a mapping: the key of its name, the file before it, its permissions."""


@attrs.define
class Accumulator:
    """The sums of every group that was met. The groups are numbered.

    keys      The keys of the groups, from the outermost.
    rules     The rules for the keys ``group`` and ``owner``.
    unknown   Whether fields that no table of formats knows are summed, too.
    """

    keys: tuple[str, ...]
    rules: Rules
    unknown: bool = False
    _counters: Counters = attrs.field(factory=counters, init=False)
    _names: dict[Hashable, Name] = attrs.field(factory=dict[Hashable, Name], init=False)
    _places: dict[tuple[Hashable, bytes | None], Place] = attrs.field(
        factory=dict[tuple[Hashable, bytes | None], Place], init=False
    )
    _known: dict[ProcessFacts | None, _Known] = attrs.field(
        factory=dict[ProcessFacts | None, _Known], init=False
    )
    _numbers: dict[Path, int] = attrs.field(factory=dict[Path, int], init=False)
    _refused: list[int] = attrs.field(factory=list[int], init=False)
    _raw_names: list[set[bytes]] = attrs.field(factory=list[set[bytes]], init=False)
    _swapped: list[list[SwappedRange]] = attrs.field(factory=list[list[SwappedRange]], init=False)
    _unknown: list[dict[bytes, int]] = attrs.field(factory=list[dict[bytes, int]], init=False)

    def add(self, table: Table, process: ProcessFacts | None, *, figures: bool) -> None:
        """Add every mapping of *table*; without *figures* only their number and size."""
        groups = self._groups_of(table, process)
        self._counters.add(table, groups, figures=figures)
        if figures:
            for row, swapped in swapped_ranges(table):
                self._swapped[groups[row]].append(swapped)
        if figures and self.unknown:
            for row, field in table.extras():
                if size := _SIZE.fullmatch(field.value):
                    sums = self._unknown[groups[row]]
                    sums[field.key] = sums.get(field.key, 0) + int(size[1]) * KB

    def add_refused(self, path: Path) -> None:
        """Count a process of the group *path* that could not be read."""
        self._refused[self._number(path)] += 1

    def leaves(self) -> dict[Path, Sums]:
        """Return the sums of every group by its path."""
        return {path: self._sums(number) for path, number in self._numbers.items()}

    def _sums(self, number: int) -> Sums:
        figures = {name: self._counters.figure(number, name) for name in SUMMED}
        return Sums(
            self._counters.mappings(number),
            self._counters.size(number),
            self._refused[number],
            {name: value for name, (value, _, _) in figures.items()},
            {name: printed for name, (_, printed, _) in figures.items()},
            {name: figures[name][2] for name in CEILINGS},
            self._swapped[number],
            self._raw_names[number],
            self._unknown[number],
        )

    def _number(self, path: Path) -> int:
        """Return the number of a group; a new one has sums of 0."""
        number = self._numbers.setdefault(path, len(self._numbers))
        if number == len(self._refused):
            self._counters.add_group()
            self._refused.append(0)
            self._raw_names.append(set())
            self._swapped.append([])
            self._unknown.append({})
        return number

    def _groups_of(self, table: Table, process: ProcessFacts | None) -> list[int]:
        """Return the number of the group of each row; rows that are alike are placed once."""
        rows, keys = len(table), table.name_keys
        names = [
            self._names.get(key) or self._names.setdefault(key, table.name(index))
            for index, key in enumerate(keys)
        ]
        known = self._known.setdefault(process, {})
        placed = not _PLACED.isdisjoint(self.keys)
        look_before = placed and self.rules.look_before
        before = files_before(table, names) if look_before else repeat(None, rows)
        perms = table.perms if "perms" in self.keys else repeat(0, rows)
        alike: dict[tuple[int, bytes | None, int], int] = {}
        groups: list[int] = []
        for each in zip(table.name_index, before, perms, strict=True):
            group = alike.get(each)
            if group is None:
                index, path, flags = each
                key = keys[index], path, flags
                group = known.get(key)
                if group is None:
                    place = self._place(keys[index], names[index], path) if placed else ()
                    group = known[key] = self._group(Facts(names[index], flags, process, place))
                alike[each] = group
            groups.append(group)
        return groups

    def _group(self, facts: Facts) -> int:
        """Return the number of the group of a mapping."""
        group = self._number(path_of(self.keys, facts))
        self._raw_names[group].add(facts.name.raw)
        return group

    def _place(self, key: Hashable, name: Name, before: bytes | None) -> Place:
        """Return the place of a name by the rules; processes have many names in common."""
        place = self._places.get((key, before))
        if place is None:
            place = self._places[key, before] = self.rules.place(name, before)
        return place


_PLACED = frozenset(("group", "owner"))
"""The keys that rules decide."""
