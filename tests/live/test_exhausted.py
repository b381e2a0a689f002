"""Live calls when descriptors are used up, and with every form of *root*."""

from __future__ import annotations

import errno
import os
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

import procmaps
from procmaps import Mapping, ReadFailed
from procmaps.live.proc_file_path import Root
from tests.live.descriptors import no_descriptors

START = 0x1000
LINE = f"{START:08x}-00002000 r--p 00000000 fd:01 7 /a (deleted)\n"
PROCESS = os.getpid()


def mapped_file() -> Mapping:
    return next(each for each in procmaps.maps() if each.inode and each.perms.execute)


CALLS: dict[str, Callable[[Root], object]] = {
    "maps": lambda root: procmaps.maps(root=root),
    "smaps": lambda root: procmaps.smaps(root=root),
    "rollup": lambda root: procmaps.rollup(root=root),
    "tid": lambda root: procmaps.maps(tid=PROCESS, root=root),
    "pids": lambda root: procmaps.pids(root=root),
    "Querier": lambda root: procmaps.Querier(root=root).close(),
    "query": lambda root: procmaps.query("self", START, root=root),
    "build_id": lambda root: procmaps.query("self", mapped_file().start, build_id=True, root=root),
    "iter_snapshots": lambda root: list(procmaps.iter_snapshots([PROCESS], root=root)),
}


@pytest.mark.parametrize("call", sorted(CALLS.keys() - {"iter_snapshots", "build_id"}))
def test_too_many_open_files_is_an_error_of_our_own(call: str) -> None:
    procmaps.maps()  # what is imported at the first use needs descriptors
    CALLS[call]("/proc")
    with no_descriptors(), pytest.raises(ReadFailed) as caught:
        CALLS[call]("/proc")
    error = caught.value
    assert (error.errno, error.code) == (errno.EMFILE, errno.EMFILE)
    assert str(error).startswith("cannot read /proc")
    assert "(ulimit -n)" in str(error)
    assert pickle.loads(pickle.dumps(error)) == error  # noqa: S301 - made here


def test_iter_snapshots_goes_on() -> None:
    ids = [PROCESS, os.getppid(), PROCESS]
    found: list[tuple[int, object]] = []
    iterator = procmaps.iter_snapshots(ids, threads=1)
    with no_descriptors():
        found += [next(iterator), next(iterator)]
    found += list(procmaps.iter_snapshots([PROCESS]))
    assert [pid for pid, _ in found] == [*ids[:2], PROCESS]
    assert isinstance(found[0][1], ReadFailed)
    assert isinstance(found[2][1], procmaps.Snapshot)


def test_a_build_id_that_cannot_be_read_now_is_not_missing() -> None:
    mapping = mapped_file()
    with procmaps.Querier(method="text") as querier:
        whole = querier.query(mapping.start, build_id=True)
        with no_descriptors(), pytest.raises(ReadFailed):
            querier.query(mapping.start, build_id=True)
    assert whole is not None
    assert whole.build_id


class BytesPath:
    """A path that is neither str nor bytes."""

    def __init__(self, path: bytes) -> None:
        self.path = path

    def __fspath__(self) -> bytes:
        return self.path


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("link", [b"proc", b"\xff\n\x1b[31m"], ids=["plain", "hostile"])
def test_a_root_has_any_form(call: str, link: bytes, tmp_path: Path) -> None:
    path = os.path.join(os.fsencode(tmp_path), link)  # noqa: PTH118 - of bytes
    os.symlink("/proc", path)  # noqa: PTH211
    text = os.fsdecode(path)
    expected = type(CALLS[call]("/proc"))
    for root in (path, text, Path(text), BytesPath(path)):
        found = CALLS[call](root)
        assert type(found) is expected
    ((_, snapshot),) = procmaps.iter_snapshots([PROCESS], root=path)
    assert isinstance(snapshot, procmaps.Snapshot)


def test_resolve_takes_a_root_of_bytes() -> None:
    (mapping,) = procmaps.loads(LINE)
    procmaps.resolve("self", mapped_file(), root=b"/proc")
    with pytest.raises(procmaps.NotProcfs, match="\udcff"):
        procmaps.resolve("self", mapping, root=b"/tmp/\xff")


def test_a_folder_without_processes_is_reported(tmp_path: Path) -> None:
    for name, call in CALLS.items():
        if name == "iter_snapshots":
            ((_, error),) = procmaps.iter_snapshots([PROCESS], root=tmp_path)
            assert isinstance(error, procmaps.NotProcfs)
        else:
            with pytest.raises(procmaps.NotProcfs):
                call(tmp_path)
