"""``procmaps dump``: bytes of memory in files."""

from __future__ import annotations

import json
import mmap
import os
import stat
from collections.abc import Iterator, Sequence
from io import FileIO
from pathlib import Path

import pytest

import procmaps
from procmaps import Mapping, MemoryHole
from procmaps.cli import dump
from procmaps.live import memory_file
from procmaps.live.anon_names import address_of
from tests.cli.conftest import Process, Run

PAGE = mmap.PAGESIZE


@pytest.fixture
def holed(tmp_path: Path) -> Iterator[tuple[int, str]]:
    """Three pages of a file that has one: address and name."""
    path = tmp_path / "holed"
    path.write_bytes(b"x" * 3 * PAGE)
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 3 * PAGE) as memory:
        file.truncate(PAGE)
        yield address_of(memory), path.name


def test_a_mapping_is_written(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "out"
    with mmap.mmap(-1, 2 * PAGE) as memory:
        memory[:5] = b"hello"
        start = address_of(memory)
        result = run("dump", "--address", f"{start:x}-{start + PAGE:x}", "-o", str(path), "self")
    assert result.exit_code == 0, result.stderr
    assert path.read_bytes() == b"hello" + bytes(PAGE - 5)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    head, _, titles, row = result.stdout.splitlines()
    assert head.endswith(f"1 range  {PAGE // 1024}k  {path}")
    assert titles.split() == ["offset", "address", "size", "name"]
    assert row.split()[:2] == ["0", f"{start:x}-{start + PAGE:x}"]


def test_holes_are_zeros_and_are_reported(run: Run, tmp_path: Path, holed: tuple[int, str]) -> None:
    start, name = holed
    path = tmp_path / "out"
    result = run("dump", "--name", name, "--json", "-o", str(path), "self")
    assert result.exit_code == 1
    assert path.read_bytes() == b"x" * PAGE + bytes(2 * PAGE)
    assert result.stderr == (
        f"procmaps: {2 * PAGE} bytes at {start + PAGE:#x} are zeros in the file: the kernel "
        "refuses it: file, rw-s; the file may end before it\n"
    )
    found = json.loads(result.stdout)
    (each,) = found["ranges"]
    assert (each["start"], each["size"], each["offset"]) == (hex(start), 3 * PAGE, 0)
    assert [(hole["start"], hole["size"]) for hole in each["holes"]] == [
        (hex(start + PAGE), 2 * PAGE)
    ]


def test_ranges_with_one_start_have_their_own_holes(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, holed: tuple[int, str]
) -> None:
    """A torn text has a mapping twice if it grew while the text was printed."""
    start, name = holed

    def torn(*_: object) -> procmaps.Snapshot:
        (line,) = (each for each in procmaps.maps() if each.start == start)
        new = str(line)
        old = new.replace(f"-{line.end:x} ", f"-{start + PAGE:x} ")
        return procmaps.loads(f"{new}\n{old}\n{new}\n", errors="collect")

    monkeypatch.setattr(dump, "snapshot_of", torn)
    path = tmp_path / "out"
    result = run("dump", "--name", name, "--json", "-o", str(path), "self")
    first, zeros = b"x" * PAGE, bytes(2 * PAGE)
    assert path.read_bytes() == first + zeros + first + first + zeros
    ranges = json.loads(result.stdout)["ranges"]
    sizes = [(each["size"], len(each["holes"])) for each in ranges]
    assert sizes == [(3 * PAGE, 1), (PAGE, 0), (3 * PAGE, 1)]


def test_standard_output_has_the_bytes_alone(process: Process, holed: tuple[int, str]) -> None:
    start, _ = holed
    address = ("--address", f"{start + PAGE - 3:x}", "--length", "5")
    result = process("dump", *address, "-o", "-", str(os.getpid()))
    assert (result.returncode, result.stdout) == (1, b"xxx\0\0")
    assert b"2 bytes at" in result.stderr


def test_an_address_is_written_to_the_end_of_its_mapping(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "out"
    vdso = next(each for each in procmaps.maps() if each.name.kind == "vdso")
    result = run("dump", "--address", f"0X{vdso.start + 16:X}", "-o", str(path), "self")
    assert result.exit_code == 0, result.stderr
    assert path.stat().st_size == vdso.size - 16
    assert path.read_bytes() == bytes(procmaps.read_memory("self", vdso))[16:]


def test_mappings_are_written_one_after_another(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "out"
    with (
        path.with_name("a\x1b").open("w+b") as file,
        path.with_name("ab").open("w+b") as other,
    ):
        file.write(b"1" * PAGE)
        other.write(b"2" * PAGE)
        file.flush()
        other.flush()
        with mmap.mmap(file.fileno(), 0), mmap.mmap(other.fileno(), 0):
            result = run("dump", "--name", f"{tmp_path}/a?", "-o", str(path), "self")
    assert result.exit_code == 0, result.stderr
    text = path.read_bytes()
    assert text in (b"1" * PAGE + b"2" * PAGE, b"2" * PAGE + b"1" * PAGE)
    assert f"\n{PAGE:6x}  " in result.stdout
    assert "a\\x1b\n" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("self",), "say what to write: --name or --address"),
        (("--name", "no such name", "self"), "matches; procmaps show lists them"),
        (("--address", "x", "self"), "--address must be hexadecimal, ADDRESS or START-END, not x"),
        (("--address", "2-1", "self"), "--address 2-1 ends before it starts"),
        (("--address", "1", "self"), "no mapping contains 0x1: it is 0x"),
        (("--address", "f" * 16, "--length", "2", "self"), "end beyond 64 bits"),
        (("--address", "1-2", "--length", "2", "self"), "--length is for one address"),
        (("--address", "1", "--name", "x", "self"), "choose one"),
        (("--name", "x", "file"), "file is not a process ID"),
        (("--name", "x", "4294967295"), "there is no process 4294967295"),
    ],
)
def test_bad_input(run: Run, tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    path = tmp_path / "out"
    result = run("dump", "-o", str(path), *arguments)
    assert (result.exit_code, message in result.stderr) == (2, True), result.stderr
    assert not path.exists()


def test_a_file_that_others_could_read_becomes_private_before_it_is_written(
    run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"old" * PAGE * 10)
    path.chmod(0o664)
    assert run("dump", "--name", "[vdso]", "-o", str(path), "self").exit_code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    vdso = next(each for each in procmaps.maps() if each.name.kind == "vdso")
    assert path.stat().st_size == vdso.size


def test_a_device_is_written(run: Run, holed: tuple[int, str]) -> None:
    result = run("dump", "--name", holed[1], "-o", "/dev/null", "self")
    assert (result.exit_code, "are zeros in the file" in result.stderr) == (1, True), result.stderr


def test_a_process_that_ends_leaves_as_many_bytes_as_are_said(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends(_: object, found: Sequence[Mapping]) -> Iterator[tuple[int, MemoryHole]]:
        yield len(found) - 1, MemoryHole(0, PAGE, "planted")
        raise procmaps.ProcessGone("process 1", "/proc/1/mem")

    monkeypatch.setattr(dump, "iter_mappings", ends)
    path = tmp_path / "out"
    result = run("dump", "--name", "[vdso]", "-o", str(path), "self")
    assert result.exit_code == 2
    assert result.stderr.endswith(f"{path} has only the first {PAGE} bytes.\n")
    assert path.read_bytes() == bytes(PAGE)


def test_a_file_that_cannot_be_written_is_an_error(run: Run, tmp_path: Path) -> None:
    result = run("dump", "--name", "[vdso]", "-o", str(tmp_path / "none" / "out"), "self")
    assert (result.exit_code, "No such file or directory" in result.stderr) == (2, True)


def test_many_mappings_are_read_from_one_open_file(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, holed: tuple[int, str]
) -> None:
    opened: list[str] = []

    class Counted(FileIO):
        def __init__(self, path: str, mode: str) -> None:
            opened.append(path)
            super().__init__(path, mode)

    monkeypatch.setattr(memory_file, "FileIO", Counted)
    path, found = tmp_path / "out", tmp_path / "found"
    found.write_bytes(b"y" * PAGE)
    with found.open("r+b") as file:
        kept = [mmap.mmap(file.fileno(), PAGE) for _ in range(5)]
        names = ("--name", "found", "--name", holed[1])
        result = run("dump", *names, "--json", "-o", str(path), "self")
        starts = sorted((holed[0], *map(address_of, kept)))
        del kept
    assert opened == ["/proc/self/mem"]
    ranges = json.loads(result.stdout)["ranges"]
    assert [each["start"] for each in ranges] == [*map(hex, starts)]
    expected = (b"x" * PAGE + bytes(2 * PAGE) if at == holed[0] else b"y" * PAGE for at in starts)
    assert path.read_bytes() == b"".join(expected)
    assert [len(each["holes"]) for each in ranges] == [int(each == holed[0]) for each in starts]
