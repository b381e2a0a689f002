"""`Snapshot` as a sequence of typed records and as a value; `loads`, `load` and `dumps`."""

from __future__ import annotations

import copy
import os
import pickle
from pathlib import Path
from typing import Any

import attrs
import pytest

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


def test_records_have_typed_attributes() -> None:
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


def test_usage_is_in_bytes_and_none_if_not_printed() -> None:
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
def test_kind_follows_from_content(data: bytes, kind: str) -> None:
    assert loads(data).kind == kind


def test_a_snapshot_is_a_sequence_of_mappings() -> None:
    snapshot = loads(MAPS)
    assert len(snapshot) == 4
    assert snapshot[-1] == snapshot[3]
    assert snapshot.index(snapshot[2]) == 2
    assert [*reversed(snapshot)] == [*snapshot][::-1]
    for index in (4, -5):
        with pytest.raises(IndexError, match=rf"^index {index} in a snapshot of 4 mappings$"):
            snapshot[index]
        with pytest.raises(IndexError, match=rf"^index {index} in a snapshot of 4 mappings$"):
            snapshot.source(index)
    with pytest.raises(TypeError, match=r"^expected an index \(int\) or a slice, not str$"):
        snapshot["[heap]"]  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"", "<Snapshot of maps: no mappings, linux>"),
        (MAPS, "<Snapshot of maps: 4 mappings, 0x400000-0x407000, linux>"),
        (SMAPS + b"x", "<Snapshot of smaps: 2 mappings, 0x400000-0x403000, linux, 1 problem>"),
        (
            b"2000-3000 rw-p 00000000 00:00 0 \n\n1000-2000 rw-p 00000000 00:00 0 \n",
            "<Snapshot of maps: 2 mappings, 0x1000-0x3000, linux, 2 problems>",
        ),
    ],
)
def test_repr_and_str_are_one_short_line(data: bytes, shown: str) -> None:
    snapshot = loads(data, errors="collect")
    assert repr(snapshot) == str(snapshot) == shown


def test_source_returns_the_lines_of_one_entry() -> None:
    snapshot = loads(SMAPS)
    assert snapshot.source(1) == SMAPS[SMAPS.index(b"00401000-00403000") :]
    assert snapshot.source(0) + snapshot.source(-1) == SMAPS


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
@pytest.mark.parametrize("last", [b"", b"newline"])
def test_cr_lf_is_no_part_of_names_if_every_line_ends_in_it(newline: bytes, last: bytes) -> None:
    text = SMAPS.replace(b"\n", newline)
    if not last:
        text = text.removesuffix(newline)
    snapshot = loads(text)
    assert [*snapshot] == [*loads(SMAPS)]
    assert dumps(snapshot) == text
    assert b"".join(snapshot.source(row) for row in range(len(snapshot))) == text


def test_a_carriage_return_of_a_single_line_is_part_of_the_name() -> None:
    text = b"1000-2000 r--p 00000000 08:01 1    /a\r\n2000-3000 rw-p 00000000 00:00 0 \n"
    assert loads(text)[0].name.raw == b"/a\r"


def test_load_and_loads_accept_buffers_str_paths_and_files(tmp_path: Path) -> None:
    path = tmp_path / "dump"
    path.write_bytes(MAPS.replace(b"a b", b"\xff"))
    expected = [*loads(path.read_bytes())]
    with path.open("rb") as file:
        snapshots: list[Snapshot] = [
            load(path),
            load(str(path)),
            load(os.fsencode(path)),
            load(file),
            loads(bytearray(path.read_bytes())),
            loads(memoryview(path.read_bytes())),
            loads(path.read_text("utf-8", "surrogateescape")),
        ]
    assert all([*snapshot] == expected for snapshot in snapshots)
    with pytest.raises(IsADirectoryError):
        load(tmp_path)


@pytest.mark.parametrize("data", [None, 5, [1, 2], Path("x")])
def test_rejects_data_that_is_neither_bytes_nor_str(data: object) -> None:
    """``bytes(5)`` would be five NUL bytes."""
    text: Any = data
    with pytest.raises(TypeError, match=r"^expected bytes or str, not "):
        loads(text)


def test_rejects_unknown_errors_modes() -> None:
    wrong: Any = "ignore"
    with pytest.raises(ValueError) as caught:
        loads(b"", errors=wrong)
    assert str(caught.value) == 'errors must be "strict" or "collect", not \'ignore\''


@pytest.mark.parametrize(
    "text", [b"", MAPS, SMAPS.replace(b"\n", b"\r\n"), MAPS + b"junk\n" + MAPS]
)
def test_snapshots_can_be_copied_and_pickled(text: bytes) -> None:
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


def test_snapshots_and_their_columns_are_frozen() -> None:
    snapshot: Any = loads(SMAPS)
    for name in ("columns", "dialect", "kind", "problems", "other"):
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(snapshot, name, None)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        snapshot.columns.start = None
    for name in ("start", "perms", "name_index"):
        with pytest.raises(TypeError, match="read-only memory"):
            getattr(snapshot.columns, name)[0] = 0
    with pytest.raises(TypeError, match="does not support item assignment"):
        snapshot.columns.names[0] = b""
    before = [*snapshot.columns.usage["rss"]]
    with pytest.raises(TypeError, match="read-only memory"):
        snapshot.columns.usage["rss"][0] = 0
    assert [*snapshot.columns.usage["rss"]] == before == [4096, 0]


def test_snapshots_are_unequal_if_texts_or_dialects_are() -> None:
    assert loads(MAPS) != loads(MAPS[:-1])
    assert loads(MAPS) != loads(MAPS.replace(b"\n", b"\r\n"))
    assert loads(MAPS) != loads(MAPS, dialect="nommu")
    records: object = [*loads(MAPS)]
    assert loads(MAPS) != records


def test_an_empty_text_is_an_empty_snapshot() -> None:
    snapshot = loads(b"")
    assert (len(snapshot), len(snapshot.problems), snapshot.dumps()) == (0, 0, b"")
    assert snapshot.mapping_at(0) is None
    assert snapshot.overlapping(0, 2**64) == ()
