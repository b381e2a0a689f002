"""What is counted for each group, by the native engine or in Python: `counters`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import repeat
from typing import Protocol

from procmaps.engines.engine_selection import engine
from procmaps.engines.usage_block_table import MISSING
from procmaps.usage.figures import CEILINGS, SUMMED
from procmaps.usage.tables import Numbers, Table


class Counters(Protocol):
    """The sums of groups, which are numbered from 0."""

    def add_group(self) -> None:
        """Append a group whose sums are 0."""
        ...

    def add(self, table: Table, groups: list[int], *, figures: bool) -> None:
        """Add each row of *table* to its group; without *figures* only its number and size."""
        ...

    def mappings(self, group: int) -> int:
        """Return the number of mappings of a group."""
        ...

    def size(self, group: int) -> int:
        """Return the size of the ranges of a group, in bytes."""
        ...

    def figure(self, group: int, name: str) -> tuple[int, int, int]:
        """Return the sum of a figure, and the numbers of mappings that have it, or have it cut."""
        ...


def counters() -> Counters:
    """Return counters without a group, for tables of any origin."""
    return _NativeCounters() if engine() == "native" else PythonCounters()


class PythonCounters:
    """Each figure has a list with one sum for each group.

    A loop over one column is then an index and an addition for each mapping.
    """

    def __init__(self) -> None:
        self._mappings: list[int] = []
        self._sizes: list[int] = []
        self._values: dict[str, list[int]] = {name: [] for name in SUMMED}
        self._printed: dict[str, list[int]] = {name: [] for name in SUMMED}
        self._cut: dict[str, list[int]] = {name: [] for name in SUMMED}

    def add_group(self) -> None:
        """Append a group whose sums are 0."""
        self._mappings.append(0)
        self._sizes.append(0)
        for lists in (self._values, self._printed, self._cut):
            for each in lists.values():
                each.append(0)

    def mappings(self, group: int) -> int:
        """Return the number of mappings of a group."""
        return self._mappings[group]

    def size(self, group: int) -> int:
        """Return the size of the ranges of a group, in bytes."""
        return self._sizes[group]

    def figure(self, group: int, name: str) -> tuple[int, int, int]:
        """Return the sum of a figure, and the numbers of mappings that have it, or have it cut."""
        return self._values[name][group], self._printed[name][group], self._cut[name][group]

    def add(self, table: Table, groups: list[int], *, figures: bool) -> None:
        """Add each row of *table* to its group; without *figures* only its number and size."""
        for group, start, end in zip(groups, table.start, table.end, strict=True):
            self._mappings[group] += 1
            self._sizes[group] += end - start
        if figures:
            columns = {name: column for name in SUMMED if (column := table.column(name))}
            counts = Counter(groups)
            for name, column in columns.items():
                self._add_column(name, column, groups, counts)
            for name in CEILINGS.keys() & columns.keys():
                self._add_cut(name, columns, groups)

    def _add_column(
        self, name: str, column: Numbers, groups: Sequence[int], counts: Counter[int]
    ) -> None:
        values, printed = self._values[name], self._printed[name]
        # Most columns are 0 from end to end, and then have no `MISSING` either.
        if not any(column) or MISSING not in column:
            for group, count in counts.items():
                printed[group] += count
            if any(column):
                for group, value in zip(groups, column, strict=True):
                    values[group] += value
            return
        for group, value in zip(groups, column, strict=True):
            if value != MISSING:
                values[group] += value
                printed[group] += 1

    def _add_cut(self, name: str, columns: dict[str, Numbers], groups: Sequence[int]) -> None:
        """Count the rows in which the figure is below its ceiling, so that it may be cut.

        Without the ceiling it may be cut in every row.
        """
        cut, column = self._cut[name], columns[name]
        parts = [columns[each] for each in CEILINGS[name] if each in columns]
        ceiling = _sums(parts) if len(parts) == len(CEILINGS[name]) else repeat(MISSING)
        if column == ceiling:
            return
        for group, value, most in zip(groups, column, ceiling, strict=False):
            if value not in (most, MISSING):
                cut[group] += 1


def _sums(columns: list[Numbers]) -> Numbers:
    """Return the sum of *columns*, row by row."""
    return columns[0] if len(columns) == 1 else [*map(sum, zip(*columns, strict=True))]


class _NativeCounters:
    """The sums of texts are added in C, those of records in Python."""

    def __init__(self) -> None:
        from procmaps.engines.group_sums import GroupSums  # noqa: PLC0415 - only where it was built

        self._texts = GroupSums(SUMMED, CEILINGS)
        self._records = PythonCounters()

    def add_group(self) -> None:
        self._texts.add_group()
        self._records.add_group()

    def add(self, table: Table, groups: list[int], *, figures: bool) -> None:
        if table.buffers is None:
            self._records.add(table, groups, figures=figures)
        else:
            self._texts.add(table.buffers, groups, figures=figures)

    def mappings(self, group: int) -> int:
        return self._texts.mappings(group) + self._records.mappings(group)

    def size(self, group: int) -> int:
        return self._texts.size(group) + self._records.size(group)

    def figure(self, group: int, name: str) -> tuple[int, int, int]:
        value, printed, cut = self._texts.figure(group, name)
        more, also_printed, also_cut = self._records.figure(group, name)
        return value + more, printed + also_printed, cut + also_cut
