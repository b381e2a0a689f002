"""Queries by address: the ioctl and the text must give the same results."""

from __future__ import annotations

import mmap
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Literal

import pytest

import procmaps
from procmaps import MappingFilter, Querier, QueryResult
from procmaps.errors import ProcessGone, QueryUnsupported, Zombie
from procmaps.live.build_id import build_id_at
from tests.live.children import READY, Child, Spawn
from tests.live.ioctl import ioctl_known, needs_ioctl

AnyMethod = Literal["auto", "ioctl", "text"]

LINE = b"00400000-00401000 r-xp 00000000 08:01 1                                  /bin/x\n"
LATER = b"00500000-00501000 rw-p 00000000 00:00 0 \n"


ANYTHING = MappingFilter(0)


def _walk(querier: Querier, require: MappingFilter = ANYTHING) -> Iterator[QueryResult]:
    """Yield every mapping, each by a query for the next one."""
    address = 0
    while address < 1 << 64:
        found = querier.query(address, or_next=True, require=require)
        if found is None:
            return
        yield found
        address = found.mapping.end


@pytest.mark.parametrize("method", [pytest.param("ioctl", marks=needs_ioctl), "text"])
def test_queries_for_the_next_mapping_give_the_whole_map(method: AnyMethod, frozen: Child) -> None:
    with Querier(frozen.pid, method=method) as querier:
        assert [found.mapping for found in _walk(querier)] == list(procmaps.maps(frozen.pid))


@needs_ioctl
def test_ioctl_and_text_agree_for_every_filter(frozen: Child) -> None:
    edges = sorted({edge for m in procmaps.maps(frozen.pid) for edge in (m.start, m.end)})
    around = [edge + by for edge in edges for by in (-1, 0)]
    requirements = [ANYTHING, *MappingFilter, MappingFilter.READABLE | MappingFilter.FILE_BACKED]
    requirements += [MappingFilter.WRITABLE | MappingFilter.SHARED | MappingFilter.FILE_BACKED]
    with (
        Querier(frozen.pid, method="ioctl") as ioctl,
        Querier(frozen.pid, method="text") as text,
    ):
        for require in requirements:
            walked = [found.mapping for found in _walk(ioctl, require)]
            assert walked == [found.mapping for found in _walk(text, require)]
            assert walked
        for address, or_next in product([0, *around[::9], 2**64 - 1], [False, True]):
            one = ioctl.query(address, or_next=or_next, require=MappingFilter.FILE_BACKED)
            other = text.query(address, or_next=or_next, require=MappingFilter.FILE_BACKED)
            assert (one and one.mapping) == (other and other.mapping)


@needs_ioctl
def test_finds_each_of_20000_mappings_by_its_first_and_last_address(spawn: Spawn) -> None:
    child = spawn("memory = alternating(20000)\n" + READY)
    child.freeze()
    snapshot = procmaps.maps(child.pid)
    assert len(snapshot) > 20000
    last_end = 0
    with Querier(child.pid, method="ioctl") as querier:
        for mapping in snapshot:
            for address in (mapping.start, mapping.end - 1):
                found = querier.query(address)
                assert found
                assert found.mapping == mapping
            if mapping.start > last_end:
                assert querier.query(mapping.start - 1) is None
            last_end = mapping.end
    with Querier(child.pid, method="text") as querier:
        for mapping in snapshot[::4000]:
            found = querier.query(mapping.start)
            assert found
            assert found.mapping == mapping


@needs_ioctl
def test_the_ioctl_distinguishes_a_newline_from_its_escape(frozen: Child) -> None:
    names: dict[bytes | None, bytes] = {}
    with Querier(frozen.pid, method="ioctl") as querier:
        for found in _walk(querier):
            names[found.unescaped_name] = found.mapping.name.raw
    assert names[b"/memfd:a\nb (deleted)"] == rb"/memfd:a\012b (deleted)"
    assert names[rb"/memfd:a\012b (deleted)"] == rb"/memfd:a\012b (deleted)"
    assert names[b"/memfd:\xff\xfe (deleted)"] == b"/memfd:\xff\xfe (deleted)"
    assert names[b"/memfd:  (deleted)"] == b"/memfd:  (deleted)"


def test_the_text_has_no_unescaped_name_if_it_is_ambiguous(frozen: Child) -> None:
    with Querier(frozen.pid, method="text") as querier:
        originals = {found.mapping.name.raw: found.unescaped_name for found in _walk(querier)}
    assert originals[rb"/memfd:a\012b (deleted)"] is None
    assert originals[b"/memfd:[heap] (deleted)"] == b"/memfd:[heap] (deleted)"


def test_the_gate_area_is_found(frozen: Child) -> None:
    for mapping in procmaps.maps(frozen.pid):
        found = procmaps.query(frozen.pid, mapping.start)
        assert found
        assert found.mapping == mapping
        assert (found.method == "text") == (mapping.name.kind == "vsyscall" or not ioctl_known())


@needs_ioctl
def test_page_sizes_come_from_the_ioctl(frozen: Child) -> None:
    with Querier(frozen.pid, method="ioctl") as querier:
        first = querier.query(0, or_next=True)
    assert first
    assert (first.page_size, first.method) == (mmap.PAGESIZE, "ioctl")


def test_a_path_too_long_for_the_ioctl_is_found_by_the_text(spawn: Spawn, tmp_path: Path) -> None:
    code = (
        "os.chdir(sys.argv[1])\n"
        "for depth in range(25):\n"
        "    os.mkdir('d' * 200); os.chdir('d' * 200)\n"
        "with open('file', 'wb+') as file:\n"
        "    file.truncate(PAGE); memory = mmap.mmap(file.fileno(), PAGE)\n"
        "print(hex(address(memory)), flush=True)"
    )
    child = spawn(code, str(tmp_path))
    try:
        with Querier(child.pid) as querier:
            found = querier.query(int(child.said, 16))
            assert found
            assert found.method == "text"
            assert len(found.mapping.name.raw) > 5000
            assert found.mapping.name.raw.endswith(b"/file")
            again = querier.query(0, or_next=True)
            assert again
            assert (again.method == "ioctl") == ioctl_known()
    finally:
        shutil.rmtree(tmp_path / ("d" * 200))


# --- where the ioctl is missing -------------------------------------------------------------------


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Make a procfs without the ioctl: ordinary files give ENOTTY."""
    (tmp_path / "77").mkdir()
    (tmp_path / "77" / "maps").write_bytes(LINE + LATER)
    return tmp_path


def test_a_file_without_the_ioctl_is_read(tree: Path) -> None:
    with Querier(77, root=tree) as querier:
        for _ in range(2):
            found = querier.query(0x400FFF)
            assert found
            assert found.method == "text"
            assert (found.mapping.start, found.page_size, found.build_id) == (
                0x400000,
                None,
                None,
            )
        assert querier.query(0x401000) is None
        above = querier.query(0x401000, or_next=True)
        assert above
        assert above.mapping.start == 0x500000
        assert querier.query(0x501000, or_next=True) is None


def test_method_ioctl_requires_the_ioctl(tree: Path) -> None:
    with (
        Querier(77, root=tree, method="ioctl") as querier,
        pytest.raises(QueryUnsupported) as caught,
    ):
        querier.query(0x400000)
    assert str(caught.value) == (
        f"{tree}/77/maps does not support the ioctl PROCMAP_QUERY, added in Linux 6.11. Use "
        'method="auto" or method="text" to read the file instead.'
    )


def test_lines_that_do_not_parse_do_not_prevent_a_result(tree: Path) -> None:
    (tree / "77" / "maps").write_bytes(b"rubbish\n" + LINE)
    found = procmaps.query(77, 0x400000, root=tree)
    assert found
    assert found.mapping.name.raw == b"/bin/x"


# --- build ids ------------------------------------------------------------------------------------


@needs_ioctl
def test_ioctl_and_text_give_the_same_build_ids() -> None:
    with Querier(method="ioctl") as ioctl, Querier(method="text") as text:
        found: set[bytes | None] = set()
        for mapping in procmaps.maps():
            if mapping.name.kind == "file" and mapping.offset == 0:
                one = ioctl.query(mapping.start, build_id=True)
                other = text.query(mapping.start, build_id=True)
                assert one
                assert other
                assert one.build_id == other.build_id
                found.add(one.build_id)
    assert len(found - {None}) > 1


def test_a_build_id_is_found_by_path_without_map_files(tree: Path) -> None:
    (tree / "77" / "root").symlink_to("/")
    file = next(m for m in procmaps.maps() if m.name.kind == "file" and m.perms.execute)
    path = os.fsdecode(file.name.raw)
    line = b"00001000-00002000 r-xp 00000000 08:01 %d " + file.name.raw + b"\n"
    build_ids: list[bytes | None] = []
    for inode in (file.inode, file.inode + 1):
        (tree / "77" / "maps").write_bytes(line % inode + LATER)
        found = procmaps.query(77, 0x1000, build_id=True, root=tree)
        assert found
        build_ids.append(found.build_id)
    assert build_ids == [build_id_at(path), None]  # another file has the name now
    anonymous = procmaps.query(77, 0x500000, build_id=True, root=tree)
    assert anonymous
    assert anonymous.build_id is None


def test_no_build_id_unless_requested() -> None:
    file = next(m for m in procmaps.maps() if m.name.kind == "file")
    found = procmaps.query("self", file.start)
    assert found
    assert found.build_id is None


def test_a_build_id_is_the_one_passed_to_the_linker(tmp_path: Path) -> None:
    compiler = shutil.which("gcc")
    if compiler is None:
        pytest.skip("gcc is needed to make an ELF file")
    made = tmp_path / "made.so"
    wanted = "0123456789abcdef" * 2
    command = [compiler, "-shared", "-nostdlib", f"-Wl,--build-id=0x{wanted}", "-o", str(made)]
    subprocess.run([*command, "-x", "c", os.devnull], check=True)
    assert build_id_at(made) == bytes.fromhex(wanted)
    subprocess.run([*command, "-Wl,--build-id=none", "-x", "c", os.devnull], check=True)
    assert build_id_at(made) is None
    whole = made.read_bytes()
    for size in (0, 3, 16, 20, 63, 64, 100):
        cut = tmp_path / "cut.so"
        cut.write_bytes(whole[:size])
        assert build_id_at(cut) is None


def test_other_files_have_no_build_id_and_never_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert build_id_at(tmp_path / "pipe") is None
    assert build_id_at(tmp_path) is None
    (tmp_path / "text").write_bytes(b"\x7fELF" + b"\x03" * 60)
    assert build_id_at(tmp_path / "text") is None


# --- the life of a querier ------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["auto", "text"])
def test_a_query_after_exec_raises_process_gone(method: AnyMethod, spawn: Spawn) -> None:
    child = spawn(READY, wait="sys.stdin.buffer.raw.read(1)\nos.execv('/bin/cat', ['cat'])")
    with Querier(child.pid, method=method) as querier:
        assert querier.query(0, or_next=True)
        assert child.tell(b"xhello") == b"hello"
        with pytest.raises(ProcessGone):
            querier.query(0, or_next=True)


@pytest.mark.parametrize("method", ["auto", "text"])
def test_a_query_after_the_end_has_its_cause(method: AnyMethod, spawn: Spawn) -> None:
    child = spawn(READY)
    with Querier(child.pid, method=method) as querier:
        assert querier.query(0, or_next=True)
        child.kill(collect=False)
        with pytest.raises(Zombie):
            querier.query(0, or_next=True)


def test_a_closed_querier_raises_value_error() -> None:
    querier = Querier()
    querier.close()
    querier.close()
    with pytest.raises(ValueError, match="closed file"):
        querier.query(0)


@pytest.mark.parametrize(("method", "rounds"), [("auto", 20), ("text", 1)])
def test_threads_can_share_a_querier(method: AnyMethod, rounds: int, frozen: Child) -> None:
    snapshot = list(procmaps.maps(frozen.pid))
    wrong: list[object] = []
    with Querier(frozen.pid, method=method) as querier:

        def ask(mappings: list[procmaps.Mapping]) -> None:
            for mapping in mappings * rounds:
                found = querier.query(mapping.start)
                if found is None or found.mapping != mapping:
                    wrong.append((mapping, found))

        threads = [threading.Thread(target=ask, args=(snapshot[i::4],)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not wrong


def test_signal_handlers_run_during_queries(frozen: Child) -> None:
    ticks = 0

    def tick(*_: object) -> None:
        nonlocal ticks
        ticks += 1

    before = signal.signal(signal.SIGALRM, tick)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    try:
        end = time.monotonic() + 0.2
        with Querier(frozen.pid) as querier:
            while time.monotonic() < end:
                assert querier.query(0, or_next=True)
                assert procmaps.maps(frozen.pid)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert ticks


@pytest.mark.parametrize(("address", "shown"), [(-1, "-0x1"), (1 << 64, "0x10000000000000000")])
def test_rejects_an_address_outside_64_bits(address: int, shown: str) -> None:
    with pytest.raises(ValueError) as caught:
        procmaps.query("self", address)
    assert str(caught.value) == (
        f"an address must be between 0x0 and 0xffffffffffffffff, not {shown}"
    )


def test_rejects_other_methods() -> None:
    with pytest.raises(ValueError) as caught:
        Querier(method="smoke")  # type: ignore[arg-type]
    assert str(caught.value) == 'method must be "auto", "ioctl" or "text", not \'smoke\''


def test_rejects_an_address_of_another_type() -> None:
    with pytest.raises(TypeError, match=r"^expected an address \(int\), not str$"):
        procmaps.query("self", "0x1000")  # type: ignore[arg-type]
