"""A range of the text for some of the rows: `RowRanges`."""

from __future__ import annotations

from array import array
from bisect import bisect_left


class RowRanges:
    """For some rows a range of the text, in bytes. Rows are added in ascending order.

    Twenty bytes for each, however long the range is: it is parsed when somebody asks.
    """

    def __init__(self) -> None:
        self.rows = array("I")
        self._starts = array("Q")
        self._ends = array("Q")

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, row: int) -> bool:
        return self.get(row) is not None

    def add(self, row: int, start: int, end: int) -> None:
        """Add the range of a new *row*, or extend the range of the last one to *end*."""
        if self.rows and self.rows[-1] == row:
            self._ends[-1] = end
            return
        self.rows.append(row)
        self._starts.append(start)
        self._ends.append(end)

    def get(self, row: int) -> tuple[int, int] | None:
        """Return start and end of the range of *row*, or None."""
        index = bisect_left(self.rows, row)
        found = index < len(self.rows) and self.rows[index] == row
        return (self._starts[index], self._ends[index]) if found else None
