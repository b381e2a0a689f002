"""Results for equal numbers are shared, but only so many are kept: texts choose their numbers."""

from __future__ import annotations

import gc
import weakref
from array import array

import pytest

from procmaps.records import python_storage
from tests.records.storage.implementations import (
    Storage,
    each_module,
    record_class,
    slots,
)


class Made:
    """A result that can be referred to weakly."""

    def __init__(self, major: int, minor: int) -> None:
        self.numbers = (major, minor)


@each_module
def test_no_more_results_are_kept_than_a_constant(storage: Storage) -> None:
    rows = 3 * python_storage.MAX_SHARED
    majors = array("I", range(rows))
    minors = array("I", [number << 20 & 0xFFFFFFFF for number in range(rows)])
    made: list[weakref.ref[Made]] = []

    def make(major: int, minor: int) -> Made:
        result = Made(major, minor)
        made.append(weakref.ref(result))
        return result

    record = record_class(storage)
    columns = ((make, majors, minors), (None,), (None,))
    table = storage.RecordTable(record, slots(record), columns, rows, sparse=False)
    found = [table.record(row).number.numbers for row in range(rows)]
    assert found == [*zip(majors, minors, strict=True)]
    gc.collect()
    assert len(made) == rows
    assert sum(one() is not None for one in made) <= python_storage.MAX_SHARED


@pytest.mark.parametrize("storage", [python_storage])
def test_equal_numbers_share_a_result(storage: Storage) -> None:
    numbers = array("I", (1, 2, 1, 2))
    record = record_class(storage)
    columns = ((Made, numbers, numbers), (None,), (None,))
    table = storage.RecordTable(record, slots(record), columns, 4, sparse=False)
    one, other, again, last = (found.number for found in table)
    assert one is again
    assert other is last
    assert one is not other
