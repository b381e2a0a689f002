"""Searches of a `Snapshot` and of the `Mappings` that they return."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps import Mappings, Snapshot, loads
from procmaps.records.names import AnonName

MAPS = b"""\
00400000-00401000 r-xp 00000000 08:01 42                         /bin/a b
00401000-00403000 rw-p 00000000 00:00 0                          [heap]
00405000-00406000 rw-p 00000000 00:00 0\x20
00406000-00407000 rw-p 00000000 00:00 0                          [anon:x y]
"""


def test_mapping_at_finds_the_mapping_of_an_address() -> None:
    snapshot = loads(MAPS)
    expected = {
        0x3FFFFF: None,
        0x400000: 0,
        0x400FFF: 0,
        0x401000: 1,
        0x402FFF: 1,
        0x403000: None,
        0x406FFF: 3,
        0x407000: None,
        2**64: None,
    }
    for address, row in expected.items():
        assert snapshot.mapping_at(address) == (None if row is None else snapshot[row])


def test_overlapping_excludes_the_end_address() -> None:
    snapshot = loads(MAPS)
    rows = [*snapshot]
    assert snapshot.overlapping(0x400FFF, 0x401001) == (rows[0], rows[1])
    assert snapshot.overlapping(0x403000, 0x405000) == ()
    assert snapshot.overlapping(0, 2**64) == tuple(rows)
    assert snapshot.overlapping(0x401000, 0x401000) == ()


def test_neighbours_are_the_nearest_mappings_on_each_side() -> None:
    snapshot = loads(MAPS)
    expected = {
        0x3FFFFF: (None, 0),
        0x400000: (None, 1),
        0x401000: (0, 2),
        0x403000: (1, 2),
        0x405000: (1, 3),
        0x407000: (3, None),
    }
    for address, rows in expected.items():
        wanted = tuple(None if row is None else snapshot[row] for row in rows)
        assert snapshot.neighbours(address) == wanted


def test_by_name_compares_the_whole_column() -> None:
    snapshot = loads(MAPS)
    assert snapshot.by_name(b"[heap]") == (snapshot[1],)
    assert snapshot.by_name(AnonName.of(b"x y")) == (snapshot[3],)
    assert snapshot.by_name(b"") == (snapshot[2],)
    assert snapshot.by_name("[heap]") == (snapshot[1],)
    assert snapshot.by_name(b"[stack]") == ()
    assert loads(MAPS.replace(b"a b", b"\xff")).by_name("/bin/\udcff") != ()


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5)), max_size=12), st.integers(-1, 40))
def test_searches_agree_with_a_scan_of_all_mappings(
    ranges: list[tuple[int, int]], address: int
) -> None:
    lines = [b"%x-%x rw-p 00000000 00:00 0 \n" % (at, at + size) for at, size in ranges]
    snapshot = loads(b"".join(lines))
    holding = [m for m in snapshot if m.start <= address < m.end]
    assert snapshot.mapping_at(address) == (holding[-1] if holding else None)
    touching = [m for m in snapshot if max(m.start, address) < min(m.end, address + 3)]
    assert sorted(snapshot.overlapping(address, address + 3), key=lambda m: m.start) == sorted(
        touching, key=lambda m: m.start
    )
    assert snapshot[:].mapping_at(address) == snapshot.mapping_at(address)
    assert snapshot[:].overlapping(address, address + 3) == tuple(touching)
    assert (address in snapshot) == (address in snapshot[:]) == bool(holding)


@pytest.mark.parametrize("mappings", [loads(MAPS), loads(MAPS)[:]], ids=["snapshot", "slice"])
def test_in_asks_by_address_or_by_mapping(mappings: Snapshot | Mappings) -> None:
    assert 0x400FFF in mappings
    assert 0x403000 not in mappings
    assert mappings[1] in mappings
    assert loads(MAPS.replace(b"rw-p", b"rwxp"))[1] not in mappings


@pytest.mark.parametrize("mappings", [loads(MAPS), loads(MAPS)[:], Mappings()])
@pytest.mark.parametrize("wrong", ["7f00", b"[heap]", 1.5, None])
def test_rejects_an_address_of_another_type(mappings: Snapshot | Mappings, wrong: object) -> None:
    address: Any = wrong
    message = rf"^expected an address \(int\), not {type(wrong).__name__}$"
    with pytest.raises(TypeError, match=message):
        assert address in mappings
    with pytest.raises(TypeError, match=message):
        mappings.mapping_at(address)
    with pytest.raises(TypeError, match=message):
        mappings.overlapping(0, address)
    with pytest.raises(TypeError, match=message):
        mappings.overlapping(address, 1)


@pytest.mark.parametrize("mappings", [loads(MAPS), loads(MAPS)[:], Mappings()])
def test_rejects_a_name_of_another_type(mappings: Snapshot | Mappings) -> None:
    number: Any = 5
    with pytest.raises(TypeError, match=r"^expected bytes or str, not int$"):
        mappings.by_name(number)


def test_slices_and_searches_return_mappings() -> None:
    snapshot = loads(MAPS)
    found = [snapshot[1:3], snapshot[:][1:3], snapshot.overlapping(0x401000, 0x406000)]
    for mappings in found:
        assert isinstance(mappings, Mappings)
        assert [*mappings] == [snapshot[1], snapshot[2]]
        assert repr(mappings) == "<Mappings: 2 mappings, 0x401000-0x406000>"
        assert mappings.mapping_at(0x405000) == snapshot[2]
        assert mappings.by_name("[heap]") == (snapshot[1],)
        assert mappings.overlapping(0, 0x402000) == (snapshot[1],)
        assert mappings[-1] == snapshot[2]
        copied: Mappings = pickle.loads(pickle.dumps(mappings))  # noqa: S301 - made in this very line
        assert isinstance(copied, Mappings)
        assert copied == mappings
    assert isinstance(snapshot.by_name("[heap]"), Mappings)
    assert isinstance(snapshot.by_name("[stack]"), Mappings)
    assert snapshot[::-2] == (snapshot[3], snapshot[1])
    assert repr(snapshot[:0]) == "<Mappings: no mappings>"
