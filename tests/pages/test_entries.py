"""Counting entries by their bytes gives what looking at each entry gives."""

from __future__ import annotations

import importlib
import sys
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps.pages import entries as module
from procmaps.pages.entries import first_frame, tally

SOFT_DIRTY, EXCLUSIVE, GUARD = 1 << 55, 1 << 56, 1 << 58
FILE, SWAPPED, PRESENT = 1 << 61, 1 << 62, 1 << 63


def entry_of(flags: set[int], low: int) -> int:
    """Return an entry with these flags and these low bits."""
    return sum(flags) | low


FLAGS = st.sets(st.sampled_from((SOFT_DIRTY, EXCLUSIVE, GUARD, FILE, SWAPPED, PRESENT)))
ENTRIES = st.lists(st.builds(entry_of, FLAGS, st.integers(0, (1 << 55) - 1)))


@given(ENTRIES, st.booleans())
def test_counts_are_those_of_each_entry(entries: list[int], trust: bool) -> None:
    found = tally(array("Q", entries).tobytes(), trust_exclusive=trust)
    present = [entry for entry in entries if entry & PRESENT]
    alone = [entry for entry in present if trust and entry & EXCLUSIVE]
    asked = [entry for entry in present if entry not in alone]
    absent = [entry for entry in entries if entry & SWAPPED and not entry & PRESENT]
    types = [entry & 31 for entry in absent if not entry & GUARD]
    assert found.present == len(present)
    assert found.exclusive == sum(not entry & FILE for entry in alone)
    assert found.exclusive_file == sum(bool(entry & FILE) for entry in alone)
    assert sorted(found.shared) == sorted(e % (1 << 55) for e in asked if not e & FILE)
    assert sorted(found.shared_file) == sorted(e % (1 << 55) for e in asked if e & FILE)
    assert found.guard == sum(bool(entry & GUARD) for entry in absent)
    assert found.swapped == sum(each < 23 for each in types)
    assert found.marked == sum(each >= 23 for each in types)
    assert found.soft_dirty == sum(bool(e & SOFT_DIRTY) for e in (*present, *absent))


@given(ENTRIES)
def test_hidden_frames_are_not_asked_for(entries: list[int]) -> None:
    found = tally(array("Q", entries).tobytes(), hidden=True)
    absent = [entry for entry in entries if entry & SWAPPED and not entry & PRESENT]
    assert not found.shared
    assert not found.shared_file
    assert found.marked == 0
    assert found.swapped == sum(not entry & GUARD for entry in absent)


@given(ENTRIES, st.booleans())
def test_first_frame(entries: list[int], of_file: bool) -> None:
    wanted = [e % (1 << 55) for e in entries if e & PRESENT and bool(e & FILE) is of_file]
    assert first_frame(array("Q", entries).tobytes(), of_file=of_file) == (wanted or [0])[0]


def test_a_guard_marker_without_its_bit_is_no_swap() -> None:
    """Kernels with guard pages and without bit 58 show the type of a marker: MEMORY §0, 8."""
    found = tally((0x400000000000009F).to_bytes(8, sys.byteorder))
    assert (found.swapped, found.marked, found.guard) == (0, 1, 0)
    found = tally((0x440000000000009F).to_bytes(8, sys.byteorder))
    assert (found.swapped, found.marked, found.guard) == (0, 0, 1)


@pytest.mark.parametrize("order", ["little", "big"])
def test_both_byte_orders(order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The text is native: on a big-endian machine the flags are the first byte of an entry."""
    numbers = [PRESENT | EXCLUSIVE | 7, PRESENT | FILE | 9, SWAPPED | 3, SWAPPED | 31, 0]
    numbers += [PRESENT | SOFT_DIRTY | 11]
    data = b"".join(number.to_bytes(8, order) for number in numbers)  # type: ignore[arg-type]
    monkeypatch.setattr(sys, "byteorder", order)
    try:
        other = importlib.reload(module)
        found = other.tally(data)
    finally:
        monkeypatch.undo()
        importlib.reload(module)
    if order != sys.byteorder:  # the arrays are read in this machine's order
        for frames in (found.shared_file, found.shared):
            frames.byteswap()
    assert [*found.shared_file] == [9]
    assert [*found.shared] == [11]
    assert (found.present, found.exclusive, found.swapped, found.marked) == (3, 1, 1, 1)
    assert found.soft_dirty == 1
