"""Trees, users and control groups of processes, and tasks with one address space."""

from __future__ import annotations

import errno
import os
import signal
from pathlib import Path

import pytest

from procmaps import cgroup_pids, pids, tree_pids, user_pids
from procmaps.live.address_spaces import same_address_space
from tests.live.children import Spawn

FORKS = """
import signal
libc.prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: grandchildren stay in the tree
pid = os.fork()
if pid == 0:
    libc.prctl(1, 9, 0, 0, 0)  # PR_SET_PDEATHSIG
    signal.pause()
print(pid, flush=True)
"""

CLONE_VM = """
stack = mmap.mmap(-1, 64 * PAGE)
pid = libc.clone(ctypes.cast(libc.pause, ctypes.c_void_p),
                 ctypes.c_void_p(address(stack) + 64 * PAGE), 0x100 | 17, None)
print(pid, flush=True)
"""
"""A process that shares the address space, runs pause() and has no Python of its own."""


def test_a_tree_has_a_process_and_its_descendants(spawn: Spawn) -> None:
    child = spawn(FORKS)
    grandchild = int(child.said)
    assert tree_pids(child.pid) == sorted((child.pid, grandchild))
    assert {os.getpid(), child.pid, grandchild} <= {*tree_pids(os.getpid())}
    assert tree_pids(grandchild) == [grandchild]


def test_a_process_that_is_not_there_is_a_tree_of_its_own() -> None:
    assert tree_pids(2**31 - 1) == [2**31 - 1]


def test_a_command_cannot_forge_its_parent(tmp_path: Path) -> None:
    for pid, command, parent in ((7, "a) S 9 (", 1), (9, "b", 7), (1, "init", 0)):
        (tmp_path / str(pid)).mkdir()
        (tmp_path / str(pid) / "stat").write_text(f"{pid} ({command}) S {parent} 0\n")
    assert tree_pids(7, root=tmp_path) == [7, 9]


def test_processes_of_a_user() -> None:
    found = user_pids(os.geteuid())
    assert os.getpid() in found
    assert {*found} <= {*pids(), *found}
    assert user_pids(2**31 - 1) == []


def test_processes_of_a_control_group_and_of_those_below_it(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "cgroup.procs").write_bytes(b"12\n7\n")
    (tmp_path / "below" / "cgroup.procs").write_bytes(b"9\n0\n")
    assert cgroup_pids(tmp_path) == [7, 9, 12]
    with pytest.raises(FileNotFoundError):
        cgroup_pids(tmp_path / "nothing")


@pytest.mark.parametrize("number", [errno.ENOENT, errno.ENODEV, errno.EOPNOTSUPP, errno.EACCES])
def test_a_group_that_is_removed_meanwhile_has_no_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    for folder in (tmp_path, tmp_path / "one", tmp_path / "other"):
        (folder / "cgroup.procs").write_bytes(b"%d\n" % len(folder.name))
    read = Path.read_bytes

    def removed(path: Path) -> bytes:
        if path.parent.name == "one":
            raise OSError(number, os.strerror(number), str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", removed)
    if number == errno.EACCES:
        with pytest.raises(PermissionError):
            cgroup_pids(tmp_path)
    else:
        assert cgroup_pids(tmp_path) == sorted({len(tmp_path.name), len("other")})


def test_a_process_that_shares_memory_has_the_same_address_space(spawn: Spawn) -> None:
    child = spawn(CLONE_VM)
    twin = int(child.said)
    try:
        assert same_address_space(child.pid, twin) in (True, None)
        assert same_address_space(child.pid, os.getpid()) in (False, None)
    finally:
        os.kill(twin, signal.SIGKILL)


def test_a_forked_process_has_an_address_space_of_its_own(spawn: Spawn) -> None:
    child = spawn(FORKS)
    assert same_address_space(child.pid, int(child.said)) in (False, None)


def test_an_ended_process_gives_no_answer() -> None:
    assert same_address_space(os.getpid(), 2**31 - 1) is None
