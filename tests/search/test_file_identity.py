"""Files are recognised by what ``maps`` prints of them, not by what ``stat`` gives."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Self

import attrs
import pytest

import procmaps
from procmaps import Device, QueryResult
from procmaps.live.build_id import build_id_at
from procmaps.search import build_ids, file_identity
from procmaps.search.build_ids import BuildIds
from procmaps.search.file_identity import FileIdentity, printed_identity, stat_identity
from procmaps.search.symbol_files import symbol_path


def test_the_printed_device_and_inode_are_those_of_the_mapping_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"content")
    assert printed_identity(os.fsencode(path)) == stat_identity(os.fsencode(path))
    # Btrfs and overlayfs give stat another device: the mapping decides.
    other = attrs.evolve(procmaps.maps()[0], device=Device(0, 51), inode=77)

    def mapped(_: int) -> procmaps.Mapping:
        return other

    monkeypatch.setattr(file_identity, "mapped_here", mapped)
    assert printed_identity(os.fsencode(path)) == FileIdentity(0, 51, 77)


def look_for_symbols(path: bytes) -> None:
    (mapping,) = procmaps.loads(b"1000-2000 r--p 00000000 08:01 7 %s\n" % path)
    with pytest.raises(procmaps.MappingGone):
        symbol_path("self", mapping)


LOOKS: dict[str, Callable[[bytes], object]] = {
    "printed_identity": printed_identity,
    "build_id_at": build_id_at,
    "symbol_path": look_for_symbols,
}
"""Everything that opens a path which the process that is examined has chosen."""


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
@pytest.mark.parametrize("sort", ["pipe", "link to a device"])
def test_what_is_no_regular_file_is_never_opened(
    look: Callable[[bytes], object], sort: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening a watchdog resets the machine, and a user can leave a link to it where a file was."""
    path = tmp_path / "file"
    if sort == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/null")
    place = path.stat()
    opened: list[int] = []
    real = os.open

    def spied(name: str | bytes, flags: int) -> int:
        found = real(name, flags)
        if os.path.samestat(os.fstat(found), place):
            opened.append(flags)
        return found

    monkeypatch.setattr(os, "open", spied)
    look(os.fsencode(path))
    assert opened
    assert all(flags & os.O_PATH for flags in opened)


def test_a_mapping_that_has_changed_has_no_build_id() -> None:
    libc = next(each for each in procmaps.maps() if each.path and b"/libc.so" in each.path)
    changed = attrs.evolve(libc, inode=libc.inode + 1)
    known, none = BuildIds("/proc").of(os.getpid(), [libc, changed])
    assert known
    assert none is None


def test_a_build_id_is_shared_only_within_a_mount_namespace(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Snapshots of a Btrfs have one device and one inode for different files at one path."""
    mapping = next(each for each in procmaps.maps() if each.path and b"/libc.so" in each.path)
    tops: dict[int, tuple[int, bytes] | None] = {1: (10, b"/"), 2: (20, b"/"), 3: (20, b"/")}
    asked: list[int] = []

    class Answering:
        def __init__(self, pid: int, *, root: str) -> None:
            assert root == "/proc"
            self.pid = pid

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def query(self, address: int, *, build_id: bool) -> QueryResult:
            assert (address, build_id) == (mapping.start, True)
            asked.append(self.pid)
            return QueryResult(mapping, None, None, b"%d" % self.pid, "ioctl")

    def top_of(pid: int, _root: str) -> tuple[int, bytes]:
        if (found := tops.get(pid)) is None:
            raise PermissionError
        return found

    monkeypatch.setattr(build_ids, "Querier", Answering)
    monkeypatch.setattr(build_ids, "top_of", top_of)
    ids = BuildIds("/proc")
    found = {pid: ids.of(pid, [mapping]) for pid in (1, 2, 3, 4, 5)}
    assert found == {1: [b"1"], 2: [b"2"], 3: [b"2"], 4: [b"4"], 5: [b"5"]}
    assert asked == [1, 2, 4, 5]
