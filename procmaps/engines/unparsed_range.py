"""A range of lines that could not be read: `UnparsedRange`."""

from __future__ import annotations

from typing import NamedTuple


class UnparsedRange(NamedTuple):
    """A range of lines that could not be read, in bytes. Adjacent lines are one range.

    *field* and *reason* say why the first line was refused. Both are empty if the grammar does not
    accept the line; `procmaps.snapshots.diagnosis` then finds the reason.
    """

    start: int
    end: int
    field: str = ""
    reason: str = ""
