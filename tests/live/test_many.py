"""Many processes: in order, with those that cannot be read told apart."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from procmaps import NoSuchProcess, Snapshot, iter_snapshots


def test_they_come_in_the_order_asked_for() -> None:
    command = [sys.executable, "-I", "-c", "import sys; print(); sys.stdout.flush(); input()"]
    children = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(3)
    ]
    try:
        for child in children:
            assert child.stdout
            child.stdout.readline()
        pids = [children[2].pid, os.getpid(), children[0].pid, children[1].pid] * 3
        found = [*iter_snapshots(pids, "smaps", threads=2)]
    finally:
        for child in children:
            child.communicate(b"\n")
    assert [pid for pid, _ in found] == pids
    for _, snapshot in found:
        assert isinstance(snapshot, Snapshot)
        assert snapshot.kind == "smaps"
        assert sum(m.usage.rss or 0 for m in snapshot if m.usage) > 0


def test_a_process_that_is_not_there_takes_none_with_it() -> None:
    gone = subprocess.Popen([sys.executable, "-I", "-c", ""])
    gone.wait()
    (_, error), (_, snapshot) = iter_snapshots([gone.pid, os.getpid()], "maps")
    assert isinstance(error, NoSuchProcess)
    assert isinstance(snapshot, Snapshot)


def test_one_can_stop_early() -> None:
    found = iter_snapshots([os.getpid()] * 50, "maps", threads=1)
    pid, _ = next(found)
    assert pid == os.getpid()


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^threads must be 1 or more, not 0$"):
        iter_snapshots([], threads=0)
    with pytest.raises(
        ValueError, match=r'^kind must be "maps", "smaps" or "smaps_rollup", not \'map\'$'
    ):
        iter_snapshots([], "map")  # type: ignore[arg-type]
