"""Sums by group: those in C equal a loop in Python, however large they are."""

from __future__ import annotations

from array import array
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps.engines.column_buffers import ColumnBuffers
from procmaps.engines.usage_block_table import MISSING
from procmaps.grammar import loading

sums = pytest.importorskip("procmaps.engines.group_sums", reason="it needs the native scanner")
native = pytest.importorskip("procmaps.engines._scanner", reason="it needs the native scanner")

FIGURES = ("rss", "pss", "dirty", "pss_dirty", "clean")
CEILINGS = {"pss": ("rss",), "pss_dirty": ("dirty", "clean")}
GROUPS = 3

SMALL = st.integers(0, 3)
NUMBERS = st.one_of(SMALL, SMALL, st.just(MISSING), st.integers(0, MISSING))
ADDRESSES = st.one_of(SMALL, st.integers(0, MISSING))
COLUMNS = st.fixed_dictionaries({}, optional={name: st.lists(NUMBERS) for name in FIGURES})
ROWS = st.lists(st.tuples(st.integers(0, GROUPS - 1), ADDRESSES, ADDRESSES, st.integers(0, 9)))

Rows = list[tuple[int, int, int, int]]


def buffers(rows: Rows, columns: dict[str, list[int]]) -> ColumnBuffers:
    made = ColumnBuffers(b"", loading.load("linux"))
    for _, start, end, usage_row in rows:
        made.start.append(start)
        made.end.append(end)
        made.usage_row.append(usage_row)
    made.usage_table.numbers = {name: array("Q", column) for name, column in columns.items()}
    return made


def figure(rows: Rows, columns: dict[str, list[int]], group: int, name: str) -> list[int]:
    """Return sum, rows and cut rows of a figure, by the definition."""

    def printed(name: str, row: int) -> int:
        column = columns.get(name, [])
        return column[row] if row < len(column) else MISSING

    own = [row for number, _, _, row in rows if number == group and printed(name, row) != MISSING]
    ceilings = CEILINGS.get(name)
    cut = [
        row
        for row in own
        if ceilings
        and (
            MISSING in (most := [printed(each, row) for each in ceilings])
            or sum(most) != printed(name, row)
        )
    ]
    return [sum(printed(name, row) for row in own), len(own), len(cut)]


@given(st.lists(st.tuples(ROWS, COLUMNS), max_size=3))
def test_sums_of_several_texts_are_those_by_the_definition(
    texts: list[tuple[Rows, dict[str, list[int]]]],
) -> None:
    found = sums.GroupSums(FIGURES, CEILINGS)
    for _ in range(GROUPS):
        found.add_group()
    for rows, columns in texts:
        found.add(buffers(rows, columns), [group for group, *_ in rows], figures=True)
    for group in range(GROUPS):
        own = [row for rows, _ in texts for row in rows if row[0] == group]
        assert found.mappings(group) == len(own)
        assert found.size(group) == sum(end - start for _, start, end, _ in own)
        for name in FIGURES:
            parts = [figure(rows, columns, group, name) for rows, columns in texts]
            wanted = [sum(column) for column in zip(*parts, strict=True)] or [0, 0, 0]
            assert [*found.figure(group, name)] == wanted


def test_without_figures_only_mappings_and_sizes_are_counted() -> None:
    found = sums.GroupSums(FIGURES, CEILINGS)
    found.add_group()
    found.add(buffers([(0, 1, 8, 0)], {"rss": [5]}), [0], figures=False)
    assert (found.mappings(0), found.size(0), found.figure(0, "rss")) == (1, 7, (0, 0, 0))


def test_rejects_a_group_that_was_not_added() -> None:
    found = sums.GroupSums(FIGURES, CEILINGS)
    found.add_group()
    with pytest.raises(ValueError, match="into must have every group"):
        found.add(buffers([(0, 1, 8, 0)], {}), [1], figures=True)


ROW, NUMBER = array("I", [0]), array("Q", [0])
SUMS = array("Q", [0] * 7)
GOOD: tuple[Any, ...] = (ROW, NUMBER, NUMBER, ROW, (NUMBER,), b"\xff\xff", SUMS)


@pytest.mark.parametrize(
    ("index", "value", "message"),
    [
        (0, array("I", [0, 0]), "of the same rows"),
        (1, array("Q"), "of the same rows"),
        (2, array("Q", [0, 0]), "of the same rows"),
        (3, array("I"), "of the same rows"),
        (4, (NUMBER,) * 256, "at most 255 columns"),
        (5, b"\xff", "2 bytes for each"),
        (5, b"\x01\xff", "a ceiling must be of the columns"),
        (6, array("Q", [0] * 6), "into must have every group"),
        (1, memoryview(bytearray(17))[1:9], "aligned"),
        (4, (memoryview(bytearray(17))[1:9],), "aligned"),
    ],
)
def test_rejects_columns_that_do_not_fit(index: int, value: object, message: str) -> None:
    arguments = [*GOOD]
    native.sum_groups(*arguments)
    arguments[index] = value
    with pytest.raises(ValueError, match=message):
        native.sum_groups(*arguments)


@pytest.mark.parametrize("index", range(7))
def test_rejects_arguments_of_other_types(index: int) -> None:
    arguments = [*GOOD]
    arguments[index] = "text"
    with pytest.raises(TypeError):
        native.sum_groups(*arguments)
    with pytest.raises((TypeError, BufferError)):
        native.sum_groups(*GOOD[:-1], b"read-only" * 8)
