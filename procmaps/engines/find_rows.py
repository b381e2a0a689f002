"""The rows whose ranges contain addresses, for many addresses at once: `find_rows`."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from procmaps.engines.columns import IntColumn
from procmaps.engines.engine_selection import engine

NO_ROW: Final = (1 << 32) - 1
"""Instead of a row, for an address that no range contains."""


def find_rows(starts: IntColumn, ends: IntColumn, addresses: Sequence[int]) -> array[int]:
    """Return the row whose range contains each of *addresses*, or `NO_ROW`.

    The ranges, *starts* and exclusive *ends*, must ascend without overlaps. An address may be any
    integer; an array must have the type ``Q``. Each takes some nanoseconds with the native engine.
    """
    rows = array("I", bytes(4 * len(addresses)))
    if engine() == "native":
        from procmaps.engines import _scanner  # noqa: PLC0415 - only where it was built

        try:
            wanted = addresses if isinstance(addresses, array) else array("Q", addresses)
        except OverflowError:  # one is below 0, or has more than 64 bits
            pass
        else:
            _scanner.find_rows(starts, ends, wanted, rows)
            return rows
    for index, address in enumerate(addresses):
        row = bisect_right(starts, address) - 1
        rows[index] = row if row >= 0 and address < ends[row] else NO_ROW
    return rows
