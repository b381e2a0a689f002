"""Rows of the table of field blocks are copied whole, and one at a time."""

from __future__ import annotations

import pytest

from procmaps.engines.usage_block_table import MISSING, UsageTable


@pytest.mark.parametrize("row", [1, 2, 3])
def test_a_copy_has_the_values_of_its_row_and_no_others(row: int) -> None:
    table = UsageTable()
    table.extend_numbers("rss", 1, [10])
    table.extend_numbers("pss", 1, [20, 21])
    table.extend_flags(2, [b" rd "])
    table.rows = 4
    assert table.copy_row(row, None) == 4
    assert table.rows == 5
    for name, values in (("rss", {1: 10}), ("pss", {1: 20, 2: 21})):
        column = table.numbers[name]
        found = column[4] if len(column) > 4 else MISSING
        assert found == values.get(row, MISSING)
    assert (len(table.flags_index) > 4) is (row == 2)


@pytest.mark.parametrize(("start", "expected"), [(None, (100, 140)), (700, (700, 740))])
@pytest.mark.parametrize("places", ["extra", "labels"])
def test_a_copy_has_ranges_in_the_text_of_its_own_mapping(
    places: str, start: int | None, expected: tuple[int, int]
) -> None:
    table = UsageTable()
    getattr(table, places).add(1, 100, 140)
    table.rows = 2
    assert table.copy_row(1, start) == 2
    assert getattr(table, places).get(2) == expected
    assert getattr(table, places).get(1) == (100, 140)
