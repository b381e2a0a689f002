"""Sums of columns by group, added in C: `GroupSums`.

Equal to a loop over the records in Python, which takes fifty times as long. The numbers of a group
are one range of an array, as ``_c/python/sum_groups.c`` describes it.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence

from procmaps.engines import _scanner
from procmaps.engines.column_buffers import ColumnBuffers

_HEAD = 3
"""Numbers before those of the figures: the mappings, and their size in two parts."""

_OF_FIGURE = 4
"""Numbers of each figure: its sum in two parts, the rows that have it, those that are cut."""

_NO_PART = b"\xff"

_SIGN = 1 << 127


class GroupSums:
    """The sums of each group over the rows of any number of texts."""

    def __init__(self, figures: Sequence[str], ceilings: Mapping[str, tuple[str, ...]]) -> None:
        """*figures* are usage columns; a row is cut if it is below the sum of its ceilings."""
        self._figures = {name: index for index, name in enumerate(figures)}
        self._ceilings = b"".join(
            bytes(self._figures[part] for part in ceilings.get(name, ())).ljust(2, _NO_PART)
            for name in figures
        )
        self._of_group = _HEAD + _OF_FIGURE * len(figures)
        self._numbers = array("Q")

    def add_group(self) -> None:
        """Append a group whose sums are 0."""
        self._numbers.frombytes(bytes(self._numbers.itemsize * self._of_group))

    def add(self, columns: ColumnBuffers, groups: Sequence[int], *, figures: bool) -> None:
        """Add each row of *columns* to its group; without *figures* only its size.

        Raises `ValueError` for a group that was not added before.
        """
        numbers: dict[str, array[int]] = columns.usage_table.numbers if figures else {}
        _scanner.sum_groups(
            array("I", groups),
            columns.start,
            columns.end,
            columns.usage_row,
            tuple(map(numbers.get, self._figures)),
            self._ceilings,
            self._numbers,
        )

    def mappings(self, group: int) -> int:
        """Return the number of rows of a group."""
        return self._numbers[group * self._of_group]

    def size(self, group: int) -> int:
        """Return the size of the ranges of a group, in bytes."""
        size = self._long(group * self._of_group + 1)
        return size - 2 * (size & _SIGN)  # a range that ends below its start is negative

    def figure(self, group: int, name: str) -> tuple[int, int, int]:
        """Return the sum of a figure, the number of rows that have it, and that of rows cut."""
        at = group * self._of_group + _HEAD + _OF_FIGURE * self._figures[name]
        return self._long(at), self._numbers[at + 2], self._numbers[at + 3]

    def _long(self, at: int) -> int:
        return self._numbers[at] | self._numbers[at + 1] << 64
