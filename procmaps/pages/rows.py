"""The ranges of address space that are counted apart: `Rows`."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from procmaps.pages.backing import ByFrames, File
from procmaps.usage.tables import Table

HOLE = 1 << 30
"""Bytes between two mappings that a scan walks over; a larger hole begins another scan."""


@attrs.frozen
class Rows:
    """Ranges with their files, by address as they are printed.

    start, end            The range, in bytes; the end is exclusive.
    major, minor, inode   The file.
    huge                  Whether smaps says that huge entries map a part of it.
    """

    start: Sequence[int]
    end: Sequence[int]
    major: Sequence[int]
    minor: Sequence[int]
    inode: Sequence[int]
    huge: Sequence[bool]

    def __len__(self) -> int:
        return len(self.start)

    @classmethod
    def of(cls, table: Table, huge: Sequence[bool]) -> Rows:
        """Return a row for each mapping."""
        return cls(table.start, table.end, table.major, table.minor, table.inode, huge)

    def file(self, row: int) -> File:
        """Return the file of a row."""
        return (self.major[row], self.minor[row], self.inode[row])

    def joined(self, kinds: ByFrames) -> Rows:
        """Return rows in which mappings near each other are one if their files are of one kind.

        A file whose kind was not asked for yet stays alone. The holes between joined mappings are
        part of the rows, so the rows are for a scan, which skips holes.
        """
        runs: list[list[int]] = []
        before: object = None
        limit = 0
        for row in range(len(self)):
            kind = kinds.known(self.file(row)) or row
            if kind == before and 0 <= self.start[row] - limit <= HOLE:
                runs[-1].append(row)
            else:
                runs.append([row])
            before, limit = kind, self.end[row]
        # A file of the run, if there is one: its huge pages may need a look at their frames.
        files = [next((row for row in run if self.inode[row]), run[0]) for run in runs]
        return Rows(
            [self.start[run[0]] for run in runs],
            [max(self.end[row] for row in run) for run in runs],
            [self.major[row] for row in files],
            [self.minor[row] for row in files],
            [self.inode[row] for row in files],
            [any(self.huge[row] for row in run) for run in runs],
        )
