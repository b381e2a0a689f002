"""`locate`: places of addresses in processes and dumps."""

from __future__ import annotations

import ctypes
import mmap
import os
import random
import shutil
import sys
from array import array
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import procmaps
from procmaps import AddressNotMapped, ProcessGone, locate, strategies
from procmaps.engines.find_rows import NO_ROW, find_rows
from procmaps.live import loaded_modules
from procmaps.search import locating
from procmaps.search.locations import rows_at
from procmaps.search.symbol_files import symbol_path
from tests.live.children import Spawn
from tests.search.test_finding import MAP_FILE, MOUNT_OVER, READY

PAGE = mmap.PAGESIZE
SNAPSHOTS = strategies.snapshots()


def address_of_read() -> int:
    """Return where the function ``read`` of libc is in this process."""
    return ctypes.cast(ctypes.CDLL(None).read, ctypes.c_void_p).value or 0


def test_a_function_has_the_address_that_its_file_has() -> None:
    address = address_of_read()
    (found,) = locate("self", [address])
    assert found.path is not None
    assert b"/libc" in found.path
    (module,) = (
        each for each in procmaps.process_modules("self") if each.module.path == found.path
    )
    assert found.module == module
    assert found.virtual_address == address - (module.bias or 0)
    assert found.build_id == module.build_id
    assert found.build_id
    assert found.mapping is not None
    assert found.offset == address - found.mapping.start + found.mapping.offset
    assert found.error is None


def test_thousands_of_addresses_agree_with_the_snapshot_and_the_modules(spawn: Spawn) -> None:
    child = spawn('import json, decimal; print("ready", flush=True)')
    child.freeze()
    snapshot = procmaps.maps(child.pid)
    modules = procmaps.process_modules(child.pid)
    draw = random.Random(7)  # noqa: S311 - the same addresses each time
    addresses = [draw.randrange(m.start - PAGE, m.end + PAGE) for m in snapshot for _ in range(40)]
    for address, found in zip(addresses, locate(child.pid, addresses), strict=True):
        assert found.address == address
        assert found.mapping == snapshot.mapping_at(address)
        if found.mapping is None:
            with pytest.raises(AddressNotMapped) as caught:
                snapshot.to_file(address)
            assert found.error == caught.value
            continue
        position = snapshot.to_file(address)
        assert found.offset == (None if position is None else position.offset)
        inside = [each for each in modules if address in each.module]
        if inside:
            assert found.module == inside[0]
            assert found.virtual_address == inside[0].virtual_address(address)


@given(SNAPSHOTS, st.data())
def test_rows_are_those_of_a_search_for_each_address(
    snapshot: procmaps.Snapshot, data: st.DataObject
) -> None:
    edges = [0, 2**64 - 1, *(edge + by for m in snapshot for edge in (m.start, m.end) for by in
                             (-1, 0, 1) if edge + by >= 0)]  # fmt: skip
    addresses = data.draw(st.lists(st.sampled_from(edges)))
    rows = rows_at(snapshot, addresses)
    found = [None if row == NO_ROW else snapshot[row] for row in rows]
    assert found == [snapshot.mapping_at(address) for address in addresses]
    assert [each.mapping for each in locate(snapshot, addresses)] == found


def test_a_text_out_of_order_has_the_last_match() -> None:
    snapshot = procmaps.loads(
        b"5000-9000 r-xp 00000000 08:01 7 /b\n1000-6000 r-xp 00000000 08:01 8 /a\n"
    )
    assert [each.path for each in locate(snapshot, [0x5800, 0x1000, 0x8FFF])] == [
        b"/a",
        b"/a",
        b"/b",
    ]


def test_a_snapshot_says_nothing_of_files() -> None:
    (found,) = locate(procmaps.maps(), [address_of_read()])
    assert found.offset is not None
    assert (found.module, found.build_id, found.virtual_address) == (None, None, None)
    (plain,) = locate("self", [address_of_read()], headers=False)
    assert plain.module is None
    assert plain.offset == found.offset


def test_labels_and_memory_without_a_file() -> None:
    heap = next(each for each in procmaps.maps() if each.name.kind == "stack")
    (found,) = locate("self", [heap.end - 1])
    assert (found.mapping and found.mapping.name.kind, found.offset, found.module) == (
        "stack",
        None,
        None,
    )
    snapshot = procmaps.loads(b"1000-2000 rw-p 00000000 00:00 0 [anon:cache]\n")
    (labelled,) = locate(snapshot, [0x1000])
    assert (labelled.label, labelled.path) == (b"cache", None)


def test_an_address_outside_has_its_neighbours() -> None:
    snapshot = procmaps.loads(
        b"1000-2000 rw-p 00000000 00:00 0 [heap]\n5000-6000 r-xp 00000000 08:01 7 /a\x1b\n"
    )
    (found,) = locate(snapshot, [0x2000])
    assert (found.mapping, found.offset, found.path, found.label) == (None, None, None, None)
    assert found.error == AddressNotMapped(
        0x2000, (0x1000, 0x2000, b"[heap]"), (0x5000, 0x6000, b"/a\x1b")
    )


def test_a_deleted_file_is_still_read(tmp_path: Path, spawn: Spawn) -> None:
    libc = next(m for m in procmaps.maps() if m.path and b"/libc.so" in m.path)
    assert libc.path
    copy = tmp_path / "libcopy.so"
    shutil.copyfile(libc.path, os.fsencode(copy))
    child = spawn(MAP_FILE + READY, str(copy))
    copy.unlink()
    start = next(m.start for m in procmaps.maps(child.pid) if m.path == os.fsencode(copy))
    (found,) = locate(child.pid, [start + 64])
    (own,) = locate("self", [libc.start])
    assert found.build_id == own.build_id
    assert found.mapping is not None
    path = symbol_path(child.pid, found.mapping)
    assert path.startswith(b"/proc/%d/map_files/" % child.pid)
    assert Path(os.fsdecode(path)).stat().st_nlink == 0


def test_a_symbolizer_gets_the_mapped_file_and_no_other(tmp_path: Path, spawn: Spawn) -> None:
    path, other = tmp_path / "a.so", tmp_path / "b.so"
    path.write_bytes(b"mapped".ljust(PAGE))
    other.write_bytes(b"other".ljust(PAGE))
    child = spawn(MAP_FILE + READY, str(path))
    mapping = next(m for m in procmaps.maps(child.pid) if m.path == os.fsencode(path))
    assert symbol_path(child.pid, mapping) == os.fsencode(path)
    other.rename(path)
    mapping = next(m for m in procmaps.maps(child.pid) if m.path == os.fsencode(path))
    assert Path(os.fsdecode(symbol_path(child.pid, mapping))).read_bytes().startswith(b"mapped")


def test_a_file_in_another_mount_namespace_is_the_one_of_the_process(
    tmp_path: Path, spawn: Spawn
) -> None:
    path, other = tmp_path / "a.so", tmp_path / "b.so"
    path.write_bytes(b"mapped".ljust(PAGE))
    other.write_bytes(b"other".ljust(PAGE))
    child = spawn(MOUNT_OVER, str(path), str(other))
    if child.said.startswith(b"refused"):
        pytest.skip(f"mounting in a namespace: {child.said.decode()}")
    mapping = next(m for m in procmaps.maps(child.pid) if m.path == os.fsencode(path))
    # Here the path leads to the mapped file, whatever the process would find there.
    assert symbol_path(child.pid, mapping) == os.fsencode(path)


def test_a_process_that_replaces_its_program_has_an_error_of_its_own(
    spawn: Spawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = spawn(
        READY,
        sys.executable,
        "-c",
        "print('new program', flush=True); input()",
        wait="sys.stdin.readline(); os.execv(sys.argv[1], sys.argv[1:])",
    )
    address = next(m.start for m in procmaps.maps(child.pid) if m.path)
    read_modules = loaded_modules.read_modules

    def after_exec(*arguments: object) -> object:
        assert child.tell(b"go") == b"new program"
        return read_modules(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(locating, "read_modules", after_exec)
    with pytest.raises(ProcessGone):
        locate(child.pid, [address])


def test_rejects_what_is_no_address() -> None:
    with pytest.raises(TypeError, match=r"^expected an address \(int\), not str$"):
        locate("self", ["0x1"])  # type: ignore[list-item]
    with pytest.raises(procmaps.NoSuchProcess):
        locate(2**22 + 1, [1])
    assert locate("self", []) == []


def test_any_integer_is_an_address() -> None:
    snapshot = procmaps.loads(b"0-2000 rw-p 00000000 00:00 0 \n")
    found = locate(snapshot, [-1, 0, 0x1FFF, 2**64, 2**80])
    assert [each.mapping is None for each in found] == [True, False, False, True, True]
    assert [each.address for each in found] == [-1, 0, 0x1FFF, 2**64, 2**80]
    assert found[1:3] == (found[1], found[2])
    assert found == [*found]
    assert found != 3
    assert repr(found) == "<Locations: 5 addresses, 3 not mapped>"


def test_lines_that_cannot_be_read_are_problems() -> None:
    snapshot = procmaps.loads(b"rubbish\n1000-2000 rw-p 00000000 00:00 0 \n", errors="collect")
    (problem,) = locate(snapshot, [0x1000]).problems
    assert problem.raw == b"rubbish\n"


RANGES = st.lists(st.integers(0, 2**64 - 1), max_size=9, unique=True).map(sorted)


@given(RANGES, st.lists(st.integers(-3, 2**64 + 3), max_size=9), st.data())
def test_rows_in_c_are_those_of_looking_at_each_range(
    edges: list[int], addresses: list[int], data: st.DataObject
) -> None:
    edges = edges[: len(edges) // 2 * 2]
    addresses += data.draw(st.lists(st.sampled_from([0, *edges])))
    addresses += [each - 1 for each in edges]
    starts, ends = (memoryview(array("Q", edges[first::2])) for first in (0, 1))
    wanted = [
        next((row for row in range(len(starts)) if starts[row] <= each < ends[row]), NO_ROW)
        for each in addresses
    ]
    assert [*find_rows(starts, ends, addresses)] == wanted


def test_rejects_columns_of_different_lengths() -> None:
    native = pytest.importorskip("procmaps.engines._scanner", reason="it needs the extension")
    numbers, rows = array("Q", [1, 2]), array("I", [0, 0])
    for wrong in ((numbers, numbers[:1], numbers, rows), (numbers, numbers, numbers, rows[:1])):
        with pytest.raises(ValueError, match="as many ends as starts, and as many rows as addr"):
            native.find_rows(*wrong)
    for unusable in ((None, numbers, numbers, rows), (numbers, numbers, numbers, bytes(8))):
        with pytest.raises((TypeError, BufferError)):
            native.find_rows(*unusable)
