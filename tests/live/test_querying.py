"""One address at a time: the ioctl and the text must say the same."""

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
from procmaps.live.buildid import build_id_at
from tests.live.children import Child, Spawn

AnyMethod = Literal["auto", "ioctl", "text"]

LINE = b"00400000-00401000 r-xp 00000000 08:01 1                                  /bin/x\n"
LATER = b"00500000-00501000 rw-p 00000000 00:00 0 \n"


def _ioctl_known() -> bool:
    with Querier(method="ioctl") as querier:
        try:
            querier.query(0, or_next=True)
        except QueryUnsupported:
            return False
    return True


# On an older kernel each of these must fail by this very exception, and the report says why.
needs_ioctl = pytest.mark.xfail(
    not _ioctl_known(),
    raises=QueryUnsupported,
    strict=True,
    reason="this kernel does not have the ioctl PROCMAP_QUERY (Linux 6.11)",
)

HOSTILE = (
    "import itertools\n"
    "names = [b'a\\nb', rb'a\\012b', b'x (deleted)', b'[heap]', b'\\xff\\xfe', b' ', b'a]\\r\\t']\n"
    "kept = []\n"
    "for name in names:\n"
    "    fd = os.memfd_create(name); os.truncate(fd, PAGE)\n"
    "    kept.append(mmap.mmap(fd, PAGE, mmap.MAP_SHARED, mmap.PROT_READ))\n"
    "kept.append(mmap.mmap(-1, PAGE, mmap.MAP_SHARED))\n"
    "kept.append(mmap.mmap(-1, PAGE, mmap.MAP_PRIVATE, mmap.PROT_EXEC))\n"
    "kept.append(mmap.mmap(-1, PAGE, mmap.MAP_PRIVATE, mmap.PROT_READ))\n"
)
ANYTHING = MappingFilter(0)
READY = "print('ready', flush=True)"


@pytest.fixture
def frozen(spawn: Spawn) -> Child:
    """A stopped child with hostile names and every kind of memory."""
    child = spawn(HOSTILE + READY)
    child.freeze()
    return child


def _walk(querier: Querier, require: MappingFilter = ANYTHING) -> Iterator[QueryResult]:
    """Every mapping, by asking for the next one again and again."""
    address = 0
    while address < 1 << 64:
        answer = querier.query(address, or_next=True, require=require)
        if answer is None:
            return
        yield answer
        address = answer.mapping.end


@pytest.mark.parametrize("method", [pytest.param("ioctl", marks=needs_ioctl), "text"])
def test_walking_from_mapping_to_mapping_gives_the_map(method: AnyMethod, frozen: Child) -> None:
    with Querier(frozen.pid, method=method) as querier:
        assert [answer.mapping for answer in _walk(querier)] == list(procmaps.maps(frozen.pid))


@needs_ioctl
def test_both_ways_find_the_same_for_every_requirement(frozen: Child) -> None:
    edges = sorted({edge for m in procmaps.maps(frozen.pid) for edge in (m.start, m.end)})
    around = [edge + by for edge in edges for by in (-1, 0)]
    requirements = [ANYTHING, *MappingFilter, MappingFilter.READABLE | MappingFilter.FILE_BACKED]
    requirements += [MappingFilter.WRITABLE | MappingFilter.SHARED | MappingFilter.FILE_BACKED]
    with (
        Querier(frozen.pid, method="ioctl") as ioctl,
        Querier(frozen.pid, method="text") as text,
    ):
        for require in requirements:
            walked = [answer.mapping for answer in _walk(ioctl, require)]
            assert walked == [answer.mapping for answer in _walk(text, require)]
            assert walked
        for address, or_next in product([0, *around[::9], 2**64 - 1], [False, True]):
            one = ioctl.query(address, or_next=or_next, require=MappingFilter.FILE_BACKED)
            other = text.query(address, or_next=or_next, require=MappingFilter.FILE_BACKED)
            assert (one and one.mapping) == (other and other.mapping)


@needs_ioctl
def test_each_of_20000_mappings_is_found_from_both_of_its_ends(spawn: Spawn) -> None:
    child = spawn("memory = alternating(20000)\n" + READY)
    child.freeze()
    snapshot = procmaps.maps(child.pid)
    assert len(snapshot) > 20000
    behind = 0
    with Querier(child.pid, method="ioctl") as querier:
        for mapping in snapshot:
            for address in (mapping.start, mapping.end - 1):
                answer = querier.query(address)
                assert answer
                assert answer.mapping == mapping
            if mapping.start > behind:
                assert querier.query(mapping.start - 1) is None
            behind = mapping.end
    with Querier(child.pid, method="text") as querier:
        for mapping in snapshot[::4000]:
            answer = querier.query(mapping.start)
            assert answer
            assert answer.mapping == mapping


@needs_ioctl
def test_the_ioctl_keeps_newline_and_literal_apart(frozen: Child) -> None:
    found: dict[bytes | None, bytes] = {}
    with Querier(frozen.pid, method="ioctl") as querier:
        for answer in _walk(querier):
            found[answer.unescaped_name] = answer.mapping.name.raw
    assert found[b"/memfd:a\nb (deleted)"] == rb"/memfd:a\012b (deleted)"
    assert found[rb"/memfd:a\012b (deleted)"] == rb"/memfd:a\012b (deleted)"
    assert found[b"/memfd:\xff\xfe (deleted)"] == b"/memfd:\xff\xfe (deleted)"
    assert found[b"/memfd:  (deleted)"] == b"/memfd:  (deleted)"


def test_the_text_claims_an_original_only_where_there_is_one(frozen: Child) -> None:
    with Querier(frozen.pid, method="text") as querier:
        originals = {answer.mapping.name.raw: answer.unescaped_name for answer in _walk(querier)}
    assert originals[rb"/memfd:a\012b (deleted)"] is None
    assert originals[b"/memfd:[heap] (deleted)"] == b"/memfd:[heap] (deleted)"


def test_the_gate_area_is_found_like_any_line_of_the_text(frozen: Child) -> None:
    for mapping in procmaps.maps(frozen.pid):
        answer = procmaps.query(frozen.pid, mapping.start)
        assert answer
        assert answer.mapping == mapping
        assert (answer.method == "text") == (mapping.name.kind == "vsyscall" or not _ioctl_known())


@needs_ioctl
def test_page_sizes_come_from_the_ioctl(frozen: Child) -> None:
    with Querier(frozen.pid, method="ioctl") as querier:
        first = querier.query(0, or_next=True)
    assert first
    assert (first.page_size, first.method) == (mmap.PAGESIZE, "ioctl")


def test_a_path_longer_than_the_ioctl_can_say_comes_by_the_text(
    spawn: Spawn, tmp_path: Path
) -> None:
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
            answer = querier.query(int(child.said, 16))
            assert answer
            assert answer.method == "text"
            assert len(answer.mapping.name.raw) > 5000
            assert answer.mapping.name.raw.endswith(b"/file")
            again = querier.query(0, or_next=True)
            assert again
            assert (again.method == "ioctl") == _ioctl_known()
    finally:
        shutil.rmtree(tmp_path / ("d" * 200))


# --- where the ioctl is missing -------------------------------------------------------------------


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A procfs without the ioctl: ordinary files answer ENOTTY."""
    (tmp_path / "77").mkdir()
    (tmp_path / "77" / "maps").write_bytes(LINE + LATER)
    return tmp_path


def test_a_file_that_does_not_know_the_ioctl_is_read_instead(tree: Path) -> None:
    with Querier(77, root=tree) as querier:
        for _ in range(2):
            answer = querier.query(0x400FFF)
            assert answer
            assert answer.method == "text"
            assert (answer.mapping.start, answer.page_size, answer.build_id) == (
                0x400000,
                None,
                None,
            )
        assert querier.query(0x401000) is None
        above = querier.query(0x401000, or_next=True)
        assert above
        assert above.mapping.start == 0x500000
        assert querier.query(0x501000, or_next=True) is None


def test_asking_for_the_ioctl_where_it_is_missing_says_so(tree: Path) -> None:
    with (
        Querier(77, root=tree, method="ioctl") as querier,
        pytest.raises(QueryUnsupported) as caught,
    ):
        querier.query(0x400000)
    assert str(caught.value) == (
        f"{tree}/77/maps does not support the ioctl PROCMAP_QUERY, added in Linux 6.11. Use "
        'method="auto" or method="text" to read the file instead.'
    )


def test_a_text_with_lines_that_cannot_be_read_still_answers(tree: Path) -> None:
    (tree / "77" / "maps").write_bytes(b"rubbish\n" + LINE)
    answer = procmaps.query(77, 0x400000, root=tree)
    assert answer
    assert answer.mapping.name.raw == b"/bin/x"


# --- build ids ------------------------------------------------------------------------------------


@needs_ioctl
def test_both_ways_give_the_same_build_ids() -> None:
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


def test_a_build_id_is_found_by_the_path_where_there_are_no_links(tree: Path) -> None:
    (tree / "77" / "root").symlink_to("/")
    file = next(m for m in procmaps.maps() if m.name.kind == "file" and m.perms.execute)
    path = os.fsdecode(file.name.raw)
    line = b"00001000-00002000 r-xp 00000000 08:01 %d " + file.name.raw + b"\n"
    found: list[bytes | None] = []
    for inode in (file.inode, file.inode + 1):
        (tree / "77" / "maps").write_bytes(line % inode + LATER)
        answer = procmaps.query(77, 0x1000, build_id=True, root=tree)
        assert answer
        found.append(answer.build_id)
    assert found == [build_id_at(path), None]  # another file bears the name: no guess
    anonymous = procmaps.query(77, 0x500000, build_id=True, root=tree)
    assert anonymous
    assert anonymous.build_id is None


def test_no_build_id_unless_asked_for() -> None:
    file = next(m for m in procmaps.maps() if m.name.kind == "file")
    answer = procmaps.query("self", file.start)
    assert answer
    assert answer.build_id is None


def test_a_build_id_is_the_one_that_the_linker_was_told(tmp_path: Path) -> None:
    compiler = shutil.which("gcc")
    if compiler is None:
        pytest.skip("there is no gcc to make an ELF file with")
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


def test_what_is_no_elf_file_has_no_build_id_and_never_blocks(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert build_id_at(tmp_path / "pipe") is None
    assert build_id_at(tmp_path) is None
    (tmp_path / "text").write_bytes(b"\x7fELF" + b"\x03" * 60)
    assert build_id_at(tmp_path / "text") is None


# --- the life of a querier ------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["auto", "text"])
def test_it_never_answers_for_another_program(method: AnyMethod, spawn: Spawn) -> None:
    child = spawn(READY, wait="sys.stdin.buffer.raw.read(1)\nos.execv('/bin/cat', ['cat'])")
    with Querier(child.pid, method=method) as querier:
        assert querier.query(0, or_next=True)
        assert child.tell(b"xhello") == b"hello"
        with pytest.raises(ProcessGone):
            querier.query(0, or_next=True)


@pytest.mark.parametrize("method", ["auto", "text"])
def test_it_says_what_became_of_the_process(method: AnyMethod, spawn: Spawn) -> None:
    child = spawn(READY)
    with Querier(child.pid, method=method) as querier:
        assert querier.query(0, or_next=True)
        child.kill(collect=False)
        with pytest.raises(Zombie):
            querier.query(0, or_next=True)


def test_a_closed_querier_answers_nothing() -> None:
    querier = Querier()
    querier.close()
    querier.close()
    with pytest.raises(ValueError, match="closed file"):
        querier.query(0)


@pytest.mark.parametrize(("method", "rounds"), [("auto", 20), ("text", 1)])
def test_threads_can_share_one(method: AnyMethod, rounds: int, frozen: Child) -> None:
    snapshot = list(procmaps.maps(frozen.pid))
    wrong: list[object] = []
    with Querier(frozen.pid, method=method) as querier:

        def ask(mappings: list[procmaps.Mapping]) -> None:
            for mapping in mappings * rounds:
                answer = querier.query(mapping.start)
                if answer is None or answer.mapping != mapping:
                    wrong.append((mapping, answer))

        threads = [threading.Thread(target=ask, args=(snapshot[i::4],)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not wrong


def test_signals_that_arrive_meanwhile_are_handled(frozen: Child) -> None:
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
def test_an_address_has_64_bits(address: int, shown: str) -> None:
    with pytest.raises(ValueError) as caught:
        procmaps.query("self", address)
    assert str(caught.value) == f"an address has 64 bits and is not negative, unlike {shown}"


def test_a_method_is_one_of_three() -> None:
    with pytest.raises(ValueError) as caught:
        Querier(method="smoke")  # type: ignore[arg-type]
    assert str(caught.value) == 'method must be "auto", "ioctl" or "text", not \'smoke\''
