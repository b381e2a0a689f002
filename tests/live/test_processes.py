"""Many processes: their IDs, and their snapshots in order."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from procmaps import NoSuchProcess, NotProcfs, Snapshot, iter_snapshots, pids


def test_snapshots_are_in_the_order_of_the_pids() -> None:
    command = [sys.executable, "-I", "-c", "import sys; print(); sys.stdout.flush(); input()"]
    children = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(3)
    ]
    try:
        for child in children:
            assert child.stdout
            child.stdout.readline()
        wanted = [children[2].pid, os.getpid(), children[0].pid, children[1].pid] * 3
        found = [*iter_snapshots(wanted, "smaps", threads=2)]
    finally:
        for child in children:
            child.communicate(b"\n")
    assert [pid for pid, _ in found] == wanted
    for _, snapshot in found:
        assert isinstance(snapshot, Snapshot)
        assert snapshot.kind == "smaps"
        assert sum(m.usage.rss or 0 for m in snapshot if m.usage) > 0


def test_an_ended_process_does_not_end_the_iteration() -> None:
    gone = subprocess.Popen([sys.executable, "-I", "-c", ""])
    gone.wait()
    (_, error), (_, snapshot) = iter_snapshots([gone.pid, os.getpid()], "maps")
    assert isinstance(error, NoSuchProcess)
    assert isinstance(snapshot, Snapshot)


def test_the_iteration_can_be_stopped() -> None:
    found = iter_snapshots([os.getpid()] * 50, "maps", threads=1)
    pid, _ = next(found)
    assert pid == os.getpid()


def test_rejects_unknown_kinds_and_no_threads() -> None:
    with pytest.raises(ValueError, match=r"^threads must be an integer from 1, not 0$"):
        iter_snapshots([], threads=0)
    with pytest.raises(
        ValueError, match=r'^kind must be "maps", "smaps" or "smaps_rollup", not \'map\'$'
    ):
        iter_snapshots([], "map")  # type: ignore[arg-type]


def test_reads_maps_of_all_processes_by_default() -> None:
    child = subprocess.Popen([sys.executable, "-I", "-c", "input()"], stdin=subprocess.PIPE)
    try:
        found = dict(iter_snapshots(errors="collect"))
    finally:
        child.communicate(b"\n")
    for pid in (os.getpid(), child.pid):
        snapshot = found[pid]
        assert isinstance(snapshot, Snapshot)
        assert snapshot.kind == "maps"
    assert [*found] == sorted(found)


def test_pids_are_the_numbered_folders_in_ascending_order(tmp_path: Path) -> None:
    for name in ("10", "9", "self", "sys", "1234"):
        (tmp_path / name).mkdir()
    assert pids(tmp_path) == [9, 10, 1234]
    assert os.getpid() in pids()


def test_rejects_a_root_that_is_no_procfs(tmp_path: Path) -> None:
    with pytest.raises(NotProcfs) as caught:
        pids(tmp_path)
    assert str(caught.value).startswith(f"cannot read {tmp_path}: {tmp_path} is not a procfs mount")
    with pytest.raises(NotProcfs):
        iter_snapshots(root=tmp_path)


@pytest.mark.parametrize("threads", [1, 3])
def test_twice_as_many_snapshots_as_threads_wait_at_most(threads: int) -> None:
    taken = 0

    def own_pids() -> Iterator[int]:
        nonlocal taken
        for _ in range(20):
            taken += 1
            yield os.getpid()

    for number, _ in enumerate(iter_snapshots(own_pids(), threads=threads)):
        assert taken == min(20, 2 * threads + number)


def test_one_thread_reads_if_the_number_of_processors_is_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    waiting = iter([os.getpid()] * 9)
    next(iter_snapshots(waiting))
    assert len([*waiting]) == 7
