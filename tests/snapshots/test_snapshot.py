"""A snapshot: a sequence of records over the text, its lookups and its problems."""

from __future__ import annotations

import copy
import os
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps import Device, Mapping, Perms, Snapshot, Usage, dumps, load, loads
from procmaps.formats.vm_flags import VmFlags
from procmaps.records.names import AnonName, FilePath, Heap, Unnamed
from procmaps.records.usage import ExtraField

MAPS = b"""\
00400000-00401000 r-xp 00000000 08:01 42                         /bin/a b
00401000-00403000 rw-p 00000000 00:00 0                          [heap]
00405000-00406000 rw-p 00000000 00:00 0\x20
00406000-00407000 rw-p 00000000 00:00 0                          [anon:x y]
"""
SMAPS = b"""\
00400000-00401000 r-xp 00000000 08:01 42                         /bin/a b
Size:                  4 kB
Rss:                   4 kB
Private_Dirty:         0 kB
Tomorrow:              1 kB
Today: who knows\x20
THPeligible:    1
VmFlags: rd ex ??\x20
00401000-00403000 rw-p 00000000 00:00 0                          [heap]
Size:                  8 kB
Rss:                   0 kB
"""


def test_records_are_typed() -> None:
    assert [*loads(MAPS)] == [
        Mapping(
            0x400000,
            0x401000,
            Perms.from_text("r-xp"),
            0,
            Device(8, 1),
            42,
            FilePath(b"/bin/a b"),
        ),
        Mapping(0x401000, 0x403000, Perms.from_text("rw-p"), 0, Device(0, 0), 0, Heap()),
        Mapping(0x405000, 0x406000, Perms.from_text("rw-p"), 0, Device(0, 0), 0, Unnamed()),
        Mapping(
            0x406000, 0x407000, Perms.from_text("rw-p"), 0, Device(0, 0), 0, AnonName.of(b"x y")
        ),
    ]


def test_usage_is_bytes_and_what_was_not_printed_is_none() -> None:
    first, second = loads(SMAPS)
    assert first.usage == Usage(
        size=4096,
        rss=4096,
        private_dirty=0,
        thp_eligible=1,
        vm_flags=VmFlags(b" rd ex ?? "),
        extra=(
            ExtraField(b"Tomorrow", b"              1 kB"),
            ExtraField(b"Today", b" who knows "),
        ),
    )
    assert second.usage
    assert second.usage.pss is None
    assert second.usage == Usage(size=8192, rss=0)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "maps"),
        (MAPS, "maps"),
        (SMAPS, "smaps"),
        (b"1000-2000 ---p 00000000 00:00 0    [rollup]\nRss:    4 kB\n", "smaps_rollup"),
        (b"1000-2000 rw-p 00000000 00:00 0 \nPss:    4 kB\n", "smaps"),
    ],
)
def test_the_kind_is_told_by_content(data: bytes, kind: str) -> None:
    assert loads(data).kind == kind


def test_it_is_a_sequence() -> None:
    snapshot = loads(MAPS)
    assert len(snapshot) == 4
    assert snapshot[-1] == snapshot[3]
    assert snapshot[1:3] == (snapshot[1], snapshot[2])
    assert snapshot[1] in snapshot
    assert snapshot.index(snapshot[2]) == 2
    with pytest.raises(IndexError):
        snapshot[4]
    assert repr(snapshot) == "<Snapshot of maps: 4 mappings, linux>"


def test_the_source_of_an_entry_is_its_own_text() -> None:
    snapshot = loads(SMAPS)
    assert snapshot.source(1) == SMAPS[SMAPS.index(b"00401000-00403000") :]
    assert snapshot.source(0) + snapshot.source(-1) == SMAPS


def test_lookup_by_address() -> None:
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


def test_overlapping_takes_a_half_open_range() -> None:
    snapshot = loads(MAPS)
    rows = [*snapshot]
    assert snapshot.overlapping(0x400FFF, 0x401001) == (rows[0], rows[1])
    assert snapshot.overlapping(0x403000, 0x405000) == ()
    assert snapshot.overlapping(0, 2**64) == tuple(rows)
    assert snapshot.overlapping(0x401000, 0x401000) == ()


def test_lookup_by_name() -> None:
    snapshot = loads(MAPS)
    assert snapshot.by_name(b"[heap]") == (snapshot[1],)
    assert snapshot.by_name(AnonName.of(b"x y")) == (snapshot[3],)
    assert snapshot.by_name(b"") == (snapshot[2],)
    assert snapshot.by_name("[heap]") == (snapshot[1],)
    assert snapshot.by_name(b"[stack]") == ()
    assert loads(MAPS.replace(b"a b", b"\xff")).by_name("/bin/\udcff") != ()


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5)), max_size=12), st.integers(-1, 40))
def test_lookups_find_what_a_search_finds_in_any_order(
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


def test_torn_reads_are_reported_and_kept() -> None:
    text = (
        b"1000-2000 rw-p 00000000 00:00 0 \n"
        b"1000-2000 rw-p 00000000 00:00 0 \n"
        b"1800-4000 rw-p 00000000 00:00 0 \n"
        b"0800-0900 rw-p 00000000 00:00 0 \n"
        b"0900-0a00 rw-p 00000000 00:00 0 \n"
    )
    snapshot = loads(text)
    assert len(snapshot) == 5
    assert [(p.kind, p.line, p.message) for p in snapshot.problems] == [
        ("repeated", 2, "line 2: the mapping 1000-2000 stands a second time"),
        (
            "overlap",
            3,
            "line 3: the mapping 1800-4000 starts below the end of the one before it, 2000",
        ),
        (
            "backward",
            4,
            "line 4: the mapping 800-900 starts below the start of the one before it, 1800",
        ),
    ]


def test_a_line_forged_by_a_name_is_suspicious() -> None:
    text = (
        b"7f0000000000-7f0000001000 rw-p 00000000 00:00 0                          [anon:a]\n"
        b"7f0000001000-7f0000002000 rw-p 00000000 00:00 0                          [anon:x]\n"
        b"1000-2000 rwxp 00000000 00:00 0                          [anon:y]\n"
        b"7f0000002000-7f0000003000 rw-p 00000000 00:00 0 \n"
    )
    snapshot = loads(text, dialect="android")
    (problem,) = snapshot.problems
    assert problem.kind == "suspicious"
    assert problem.message == (
        "line 3: the mapping 1000-2000 starts below the start of the one before it, 7f0000001000; "
        "names hold newlines here, so the program itself may have written this line"
    )


@pytest.mark.parametrize("start", [0x1000, 0x7F0000002000], ids=["out of order", "in a gap"])
@pytest.mark.parametrize("dialect", ["android", "linux"])
def test_a_line_behind_a_label_that_is_not_closed_is_suspicious(dialect: str, start: int) -> None:
    text = (
        b"7f0000000000-7f0000001000 rw-p 00000000 00:00 0                          [anon:a]\n"
        b"7f0000001000-7f0000002000 rw-p 00000000 00:00 0                          [anon:x\n"
        b"%x-%x rwxp 00000000 00:00 0                          [anon:y]\n"
        b"7f0000003000-7f0000004000 rw-p 00000000 00:00 0 \n"
    ) % (start, start + 0x1000)
    snapshot = loads(text, dialect=dialect)
    (problem,) = snapshot.problems
    assert (problem.kind, problem.line, problem.raw) == ("suspicious", 3, snapshot.source(2))
    assert problem.message == (
        f"line 3: the mapping {start:x}-{start + 0x1000:x} stands behind a label that is not "
        "closed; names hold newlines here, so the program itself may have written this line"
    )


def test_a_label_that_is_cut_off_with_the_text_is_not_suspicious() -> None:
    text = b"7f0000001000-7f0000002000 rw-p 00000000 00:00 0                          [anon:x"
    assert loads(text).problems == ()


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
@pytest.mark.parametrize("last", [b"", b"newline"])
def test_line_ends_are_the_transport_where_all_are_alike(newline: bytes, last: bytes) -> None:
    text = SMAPS.replace(b"\n", newline)
    if not last:
        text = text.removesuffix(newline)
    snapshot = loads(text)
    assert [*snapshot] == [*loads(SMAPS)]
    assert dumps(snapshot) == text
    assert b"".join(snapshot.source(row) for row in range(len(snapshot))) == text


def test_a_carriage_return_in_one_name_is_part_of_it() -> None:
    text = b"1000-2000 r--p 00000000 08:01 1    /a\r\n2000-3000 rw-p 00000000 00:00 0 \n"
    assert loads(text)[0].name.raw == b"/a\r"


def test_text_comes_as_any_kind_of_buffer_or_file(tmp_path: Path) -> None:
    place = tmp_path / "dump"
    place.write_bytes(MAPS.replace(b"a b", b"\xff"))
    expected = [*loads(place.read_bytes())]
    with place.open("rb") as file:
        snapshots: list[Snapshot] = [
            load(place),
            load(str(place)),
            load(os.fsencode(place)),
            load(file),
            loads(bytearray(place.read_bytes())),
            loads(memoryview(place.read_bytes())),
            loads(place.read_text("utf-8", "surrogateescape")),
        ]
    assert all([*snapshot] == expected for snapshot in snapshots)
    with pytest.raises(IsADirectoryError):
        load(tmp_path)


@pytest.mark.parametrize("data", [None, 5, [1, 2], Path("x")])
def test_what_is_no_text_is_a_type_error(data: object) -> None:
    """`bytes` takes the number 5 for five zeros."""
    text: Any = data
    with pytest.raises(TypeError, match="a bytes-like object is required"):
        loads(text)


def test_errors_are_strict_or_collected() -> None:
    wrong: Any = "ignore"
    with pytest.raises(ValueError) as caught:
        loads(b"", errors=wrong)
    assert str(caught.value) == 'errors must be "strict" or "collect", not \'ignore\''


@pytest.mark.parametrize(
    "text", [b"", MAPS, SMAPS.replace(b"\n", b"\r\n"), MAPS + b"junk\n" + MAPS]
)
def test_a_snapshot_is_a_value_that_can_be_copied_and_sent(text: bytes) -> None:
    snapshot = loads(text, errors="collect")
    copies: list[Snapshot] = [copy.copy(snapshot), copy.deepcopy(snapshot)]
    copies += [
        pickle.loads(pickle.dumps(snapshot, protocol))  # noqa: S301 - our own bytes
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
    ]
    for other in copies:
        assert (other, hash(other)) == (snapshot, hash(snapshot))
        assert [*other] == [*snapshot]
        assert other.problems == snapshot.problems
        assert (other.kind, other.dialect, other.dumps()) == (
            snapshot.kind,
            snapshot.dialect,
            text,
        )


def test_snapshots_differ_where_text_or_dialect_do() -> None:
    assert loads(MAPS) != loads(MAPS[:-1])
    assert loads(MAPS) != loads(MAPS.replace(b"\n", b"\r\n"))
    assert loads(MAPS) != loads(MAPS, dialect="nommu")
    assert loads(MAPS) != [*loads(MAPS)]


def test_an_empty_text_is_an_empty_snapshot() -> None:
    snapshot = loads(b"")
    assert (len(snapshot), snapshot.problems, snapshot.dumps()) == (0, (), b"")
    assert snapshot.mapping_at(0) is None
    assert snapshot.overlapping(0, 2**64) == ()
