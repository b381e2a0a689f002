"""Processes that belong together: a tree, a control group, those of a user."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Final

from procmaps._arguments import StrOrBytesPath, as_path
from procmaps.live.proc_file_path import Root, root_path
from procmaps.live.processes import pids


def tree_pids(pid: int, *, root: Root = "/proc") -> list[int]:
    """Return *pid* and all its descendants, ascending.

    A process whose parent has ended belongs to the tree of its new parent; one whose parent may
    not be read, to none. Raises `procmaps.NotProcfs` as `procmaps.pids` does.
    """
    folder = root_path(root)
    children: dict[int, list[int]] = {}
    for each in pids(root):
        parent = _parent(folder, each)
        if parent is not None:
            children.setdefault(parent, []).append(each)
    found, waiting = {pid}, [pid]
    while waiting:
        new = [child for child in children.get(waiting.pop(), ()) if child not in found]
        found.update(new)
        waiting += new
    return sorted(found)


def _parent(folder: str, pid: int) -> int | None:
    """Return the parent: the fourth field of ``stat``, after a comm that may contain anything."""
    try:
        stat = Path(folder, str(pid), "stat").read_bytes()
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        return None
    return int(stat[stat.rindex(b")") + 2 :].split(b" ")[1])


def user_pids(user: int, *, root: Root = "/proc") -> list[int]:
    """Return the processes whose folder in procfs belongs to the user ID *user*, ascending.

    That is the effective user, or root for a process that is not dumpable. Raises
    `procmaps.NotProcfs` as `procmaps.pids` does.
    """
    folder = root_path(root)
    return [each for each in pids(root) if _owner(folder, each) == user]


def _owner(folder: str, pid: int) -> int | None:
    try:
        return Path(folder, str(pid)).stat().st_uid
    except (FileNotFoundError, ProcessLookupError):
        return None


def cgroup_pids(path: StrOrBytesPath) -> list[int]:
    """Return the processes of a control group and of those below it, ascending.

    *path* is its folder, such as ``/sys/fs/cgroup/system.slice/cron.service``. Raises `OSError` if
    it has no file ``cgroup.procs``.
    """
    folder = as_path(path)
    found = _members(folder)
    for below, _, files in os.walk(folder):  # which leaves out a folder that is removed meanwhile
        if "cgroup.procs" in files:
            found |= _members_below(Path(below))
    return sorted(found)


_WITHOUT_MEMBERS: Final = (errno.ENOENT, errno.ENODEV, errno.EOPNOTSUPP)
"""A group that was removed before its file was opened or read, and one of threads, whose processes
are listed above it: ``cgroup_procs_start()``, kernel/cgroup/cgroup.c."""


def _members_below(folder: Path) -> set[int]:
    try:
        return _members(folder)
    except OSError as error:
        if error.errno not in _WITHOUT_MEMBERS:
            raise
        return set()


def _members(folder: Path) -> set[int]:
    return {int(line) for line in (folder / "cgroup.procs").read_bytes().split() if int(line)}
