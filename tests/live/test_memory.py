"""Bytes of processes, which each test has written itself."""

from __future__ import annotations

import errno
import mmap
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import procmaps
from procmaps import (
    Mapping,
    MappingGone,
    Memory,
    MemoryDenied,
    MemoryHole,
    MemoryHoles,
    MemoryPiece,
    ProcessGone,
    iter_memory,
    read_memory,
)
from procmaps.live import memory_file
from procmaps.live.anon_names import address_of
from procmaps.live.memory import iter_mappings
from tests.live.children import AsNobody, Child, Spawn

PAGE = mmap.PAGESIZE

HOLED = """
memory = mmap.mmap(-1, 6 * PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
for page in range(6):
    memory[page * PAGE : (page + 1) * PAGE] = bytes([65 + page]) * PAGE
assert libc.munmap(ctypes.c_void_p(address(memory) + 2 * PAGE), ctypes.c_size_t(PAGE)) == 0
print(hex(address(memory)), flush=True)
"""
"""Six pages of A to F, of which the third is unmapped."""

TEXT = b"".join(bytes([65 + page]) * PAGE for page in range(6))


@pytest.fixture(params=["file", "call"])
def method(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Read with each method: the file cannot be opened in the second."""
    if request.param == "call":

        def refuse(*_: object) -> None:
            raise PermissionError(errno.EACCES, "planted")

        monkeypatch.setattr(memory_file, "FileIO", refuse)
    return str(request.param)


@pytest.mark.usefixtures("method")
def test_a_hole_is_reported_and_the_rest_is_read(spawn: Spawn) -> None:
    child = spawn(HOLED)
    start = int(child.said, 16)
    found = read_memory(child.pid, start + 5, 6 * PAGE - 10)
    hole = MemoryHole(start + 2 * PAGE, PAGE, "nothing is mapped there")
    assert (found.start, found.length, found.holes) == (start + 5, 6 * PAGE - 10, (hole,))
    assert [(piece.start, piece.length) for piece in found.pieces] == [
        (start + 5, 2 * PAGE - 5),
        (start + 3 * PAGE, 3 * PAGE - 5),
    ]
    holed = TEXT[: 2 * PAGE] + bytes(PAGE) + TEXT[3 * PAGE :]
    assert found.filled() == holed[5:-5]
    with pytest.raises(MemoryHoles) as caught:
        bytes(found)
    assert str(caught.value) == (
        f"{PAGE} of {6 * PAGE - 10} bytes at {start + 5:#x} cannot be read, first {PAGE} bytes at "
        f"{start + 2 * PAGE:#x}: nothing is mapped there. Use filled() for zeros in their place, "
        "or the pieces."
    )


@pytest.mark.usefixtures("method")
@pytest.mark.parametrize("chunk_size", [1, 7, 100, PAGE, PAGE + 1, 1 << 20])
def test_chunks_are_the_whole_range(spawn: Spawn, chunk_size: int) -> None:
    child = spawn(HOLED)
    start = int(child.said, 16)
    first, size = start + 2 * PAGE - 300, PAGE + 600
    parts = list(iter_memory(child.pid, first, size, chunk_size=chunk_size))
    position = first
    for part in parts:
        assert part.start == position
        assert isinstance(part, MemoryHole) or 0 < part.length <= chunk_size
        position += part.length
    assert position == first + size
    assert [part for part in parts if isinstance(part, MemoryHole)] == [
        MemoryHole(start + 2 * PAGE, PAGE, "nothing is mapped there")
    ]
    text = b"".join(part.data for part in parts if isinstance(part, MemoryPiece))
    assert text == b"B" * 300 + b"D" * 300


@pytest.mark.usefixtures("method")
def test_pages_past_the_end_of_their_file_are_one_hole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 4 * PAGE)
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 4 * PAGE) as memory:
        file.truncate(PAGE + 1)
        start = address_of(memory)
        found = read_memory("self", start, 4 * PAGE)
    assert found.holes == (
        MemoryHole(
            start + 2 * PAGE,
            2 * PAGE,
            "the kernel refuses it: file, rw-s; the file may end before it",
        ),
    )
    assert found.filled() == b"x" * (PAGE + 1) + bytes(3 * PAGE - 1)


def test_memory_without_access_is_read_through_the_file(spawn: Spawn) -> None:
    child = spawn(
        "memory = mmap.mmap(-1, PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)\n"
        "memory[:] = b'y' * PAGE\n"
        "start = address(memory); protect(start, PAGE, 0); print(hex(start), flush=True)"
    )
    found = read_memory(child.pid, int(child.said, 16), PAGE)
    if found.holes:  # a kernel with PROC_MEM_FORCE_PTRACE or _NEVER (6.12)
        reason = "the kernel refuses it: anonymous, ---p"
        assert found.holes == (MemoryHole(found.start, PAGE, reason),)
    else:
        assert bytes(found) == b"y" * PAGE


def test_every_mapping_of_this_process_is_read_or_reported() -> None:
    refused: set[str] = set()
    for mapping in procmaps.maps():
        if mapping.name.kind in {"heap", "anonymous", "stack"}:
            continue  # this very loop may shrink them
        found = read_memory("self", mapping)
        assert (
            sum(each.length for each in found.pieces) + sum(each.length for each in found.holes)
            == mapping.size
        )
        if found.holes:
            refused.add(mapping.name.kind)
        elif mapping.path and os.access(mapping.path, os.R_OK) and not mapping.perms.write:
            with Path(os.fsdecode(mapping.path)).open("rb") as file:
                file.seek(mapping.offset)
                data = file.read(mapping.size)
            if mapping.perms.execute:
                assert bytes(found)[: len(data)] == data
    assert refused <= {"vvar", "vvar_vclock", "vsyscall", "file"}


def _mapping(child: Child) -> Mapping:
    found = procmaps.maps(child.pid).mapping_at(int(child.said, 16))
    assert found
    return found


PLAIN = (
    "memory = mmap.mmap(-1, PAGE); memory[:3] = b'abc'; print(hex(address(memory)), flush=True)\n"
)


@pytest.mark.usefixtures("method")
def test_a_mapping_is_read(spawn: Spawn) -> None:
    child = spawn(PLAIN)
    mapping = _mapping(child)
    assert bytes(read_memory(child.pid, mapping)) == b"abc" + bytes(mapping.size - 3)
    assert bytes(read_memory(child.pid, mapping, 4)) == b"abc\0"
    assert read_memory(child.pid, mapping, 0) == Memory(mapping.start, 0, (), ())
    with pytest.raises(ValueError, match=f"has {mapping.size} bytes, fewer than"):
        read_memory(child.pid, mapping, mapping.size + 1)


def test_a_mapping_of_another_process_is_refused(spawn: Spawn) -> None:
    child = spawn(PLAIN)
    mapping = _mapping(child)
    with mmap.mmap(-1, PAGE), pytest.raises(MappingGone) as caught:
        read_memory("self", mapping)
    assert (caught.value.start, caught.value.end) == (mapping.start, mapping.end)
    assert str(caught.value).startswith(
        f"the calling process does not map the same file at {mapping.start:#x}-{mapping.end:#x} "
        "now: "
    )


def test_no_mapping_is_read_if_one_of_them_is_gone(spawn: Spawn) -> None:
    child = spawn(PLAIN)
    mapping = _mapping(child)
    ((index, part),) = iter_mappings(child.pid, [mapping], chunk_size=mapping.size)
    assert index == 0
    assert isinstance(part, MemoryPiece)
    assert part.data == b"abc" + bytes(mapping.size - 3)
    with pytest.raises(MappingGone):
        next(iter_mappings("self", [procmaps.maps()[0], mapping]))


@pytest.mark.usefixtures("method")
@pytest.mark.parametrize("end", ["exec", "kill"])
def test_a_process_that_ends_or_replaces_its_program_is_an_error(spawn: Spawn, end: str) -> None:
    child = spawn(
        PLAIN,
        wait="sys.stdin.readline()\n"
        "os.execv(sys.executable, [sys.executable, '-c', 'print(flush=True); input()'])",
    )
    parts = iter_memory(child.pid, int(child.said, 16), PAGE, chunk_size=1)
    assert next(parts) == MemoryPiece(int(child.said, 16), b"a")
    if end == "exec":
        child.tell(b"now")
    else:
        child.kill(collect=False)
    # A zombie has its own error, which is about the same end.
    with pytest.raises((ProcessGone, procmaps.Zombie)):
        list(parts)


def test_a_denied_read_names_the_capability(
    spawn: Spawn, as_nobody: AsNobody, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = spawn(PLAIN)
    if os.geteuid() == 0:
        with pytest.raises(procmaps.AccessDenied, match="CAP_SYS_PTRACE"):
            as_nobody(lambda: read_memory(child.pid, int(child.said, 16), 3))

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "planted")

    monkeypatch.setattr(memory_file, "FileIO", refuse)
    monkeypatch.setattr(memory_file, "vm_readv", refuse)
    with pytest.raises(MemoryDenied, match="CAP_SYS_PTRACE") as caught:
        read_memory(child.pid, int(child.said, 16), 3)
    assert caught.value.path == f"/proc/{child.pid}/mem"


def test_the_call_is_never_made_with_an_id_of_another_procfs(
    spawn: Spawn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container's procfs has IDs of its own, which are those of other processes here."""
    child = spawn(PLAIN)
    folder = tmp_path / str(child.pid)
    folder.mkdir()
    for name in ("maps", "stat", "status"):
        (folder / name).write_bytes(Path(f"/proc/{child.pid}/{name}").read_bytes())

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "planted")

    monkeypatch.setattr(memory_file, "FileIO", refuse)
    with pytest.raises(MemoryDenied) as caught:
        read_memory(child.pid, int(child.said, 16), 3, root=tmp_path)
    assert caught.value.path == f"{tmp_path}/{child.pid}/mem"


BAD: list[tuple[Callable[[], object], type[Exception], str]] = [
    (lambda: read_memory("self", 5), TypeError, "reading from an address needs a length"),
    (lambda: read_memory("self", 5, -1), ValueError, "length must be an integer from 0, not -1"),
    (lambda: read_memory("self", -5, 1), ValueError, "1 bytes at -0x5 are not within 64 bits"),
    (lambda: read_memory("self", (1 << 64) - 1, 2), ValueError, "are not within 64 bits"),
    (lambda: read_memory("self", b"5", 2), TypeError, "expected an address"),  # type: ignore[arg-type]
    (lambda: iter_memory("self", 5, 2, chunk_size=0), ValueError, "chunk_size must be"),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD)
def test_rejects_bad_arguments(
    call: Callable[[], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        call()


def test_the_last_byte_of_the_address_space_is_a_hole() -> None:
    (hole,) = read_memory("self", (1 << 64) - 1, 1).holes
    assert (hole.start, hole.length) == ((1 << 64) - 1, 1)


@given(st.data())
def test_any_part_of_memory_is_that_part(data: st.DataObject) -> None:
    size = 3 * PAGE
    with mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        memory[:] = bytes(range(256)) * (size // 256)
        first = data.draw(st.integers(0, size))
        length = data.draw(st.integers(0, size - first))
        chunk = data.draw(st.integers(1, 2 * size))
        parts = iter_memory("self", address_of(memory) + first, length, chunk_size=chunk)
        found = b"".join(part.data for part in parts if isinstance(part, MemoryPiece))
        assert found == memory[first : first + length]
