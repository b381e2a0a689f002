"""Whose file is read, where it stands in a procfs, and why it may have nothing to say."""

from __future__ import annotations

import enum
import os
import re
from pathlib import Path
from typing import Literal

import attrs

from procmaps.errors import (
    AccessDenied,
    FileMissing,
    KernelThread,
    LiveError,
    MainThreadEnded,
    NoSuchProcess,
    NotProcfs,
    ProcessGone,
    Zombie,
    escape_bytes,
)
from procmaps.formats.file_kinds import FileKind

Pid = int | Literal["self"]

_PF_KTHREAD = 0x00200000
"""include/linux/sched.h; printed in the ninth field of ``stat`` by ``do_task_stat()``."""

_VM_SIZE = re.compile(rb"\nVmSize:[\t ]*([0-9]+) kB\n")
"""A line of ``status``; ``task_mem()``, fs/proc/task_mmu.c, prints it where there is an mm."""


class State(enum.Enum):
    """What a procfs says of a process beside its maps."""

    ALIVE = enum.auto()
    """It has an address space with something in it."""
    BARE = enum.auto()
    """It has an address space with nothing in it, or nothing is told of it."""
    EXITING = enum.auto()
    """No address space any more, not a zombie yet."""
    ZOMBIE = enum.auto()
    KERNEL_THREAD = enum.auto()
    GONE = enum.auto()


def _number(what: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        hint = ' or "self"' if what == "pid" else ""
        msg = f"{what} must be a number from 1{hint}, not {value!r}"
        raise ValueError(msg)


@attrs.frozen
class Target:
    """One file of one process, or of one thread, in the procfs at ``root``.

    Raises `ValueError` for a pid or tid that cannot be one.
    """

    pid: Pid
    file: FileKind
    tid: int | None = None
    root: str = "/proc"

    def __attrs_post_init__(self) -> None:
        if self.pid != "self":
            _number("pid", self.pid)
        if self.tid is not None:
            _number("tid", self.tid)

    @property
    def process(self) -> str:
        """The process's own directory."""
        return f"{self.root}/{self.pid}"

    @property
    def directory(self) -> str:
        """Where the file is: that directory, or the thread's."""
        return self.process if self.tid is None else f"{self.process}/task/{self.tid}"

    @property
    def path(self) -> str:
        """The file."""
        return f"{self.directory}/{self.file}"

    @property
    def who(self) -> str:
        """The process or thread, for people."""
        process = "the calling process" if self.pid == "self" else f"process {self.pid}"
        return process if self.tid is None else f"thread {self.tid} of {process}"

    # --- what became of it ------------------------------------------------------------------------

    def look(self) -> tuple[State, str]:
        """The state of the process or thread by ``stat`` and ``status``, and its ``comm``."""
        try:
            stat = Path(self.directory, "stat").read_bytes()
            status = Path(self.directory, "status").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            # A tree that only looks like a procfs may have maps and nothing else.
            return (State.BARE if Path(self.path).exists() else State.GONE), ""
        # comm may hold spaces and parentheses of its own: only the last one closes it.
        close = stat.rindex(b")")
        command = escape_bytes(stat[stat.index(b"(") + 1 : close])
        fields = stat[close + 2 :].split(b" ")
        state, flags = fields[0], int(fields[6])
        if flags & _PF_KTHREAD:
            return State.KERNEL_THREAD, command
        if state in b"ZXx":
            return State.ZOMBIE, command
        # proc_task_name() escapes newlines in comm (fs/proc/array.c): no forged line can match.
        if not (size := _VM_SIZE.search(status)):
            return State.EXITING, command
        return (State.ALIVE if int(size[1]) else State.BARE), command

    def absence(self) -> LiveError | None:
        """Why nothing was read; None where an address space has nothing in it."""
        state, command = self.look()
        match state:
            case State.KERNEL_THREAD:
                return KernelThread(self.who, self.path, command)
            case State.ZOMBIE:
                if thread := self._running_thread():
                    return MainThreadEnded(self.who, self.path, command, thread)
                return Zombie(self.who, self.path, command)
            case State.GONE:
                return NoSuchProcess(self.who, self.path)
            case State.EXITING | State.ALIVE:  # alive with another address space: after exec(2)
                return ProcessGone(self.who, self.path)
            case State.BARE:
                return None

    def _running_thread(self) -> int | None:
        """A thread that has the address space that the process's main thread has left."""
        if self.tid is not None:
            return None
        try:
            names = [*Path(self.process, "task").iterdir()]
        except OSError:
            return None
        threads = (attrs.evolve(self, tid=int(name.name)) for name in names)
        return next((each.tid for each in threads if each.look()[0] is State.ALIVE), None)

    def gone(self, partial: bytes = b"") -> LiveError:
        """What to raise once the address space is not there any more."""
        error = None if partial else self.absence()
        return error or ProcessGone(self.who, self.path, partial)

    def missing(self) -> LiveError:
        """What to raise where the file cannot be found."""
        if Path(self.directory).exists():
            return FileMissing(self.who, self.path)
        try:
            is_procfs = any(
                p.name.isdecimal() or p.name == "self" for p in Path(self.root).iterdir()
            )
        except (FileNotFoundError, NotADirectoryError):
            is_procfs = False
        if not is_procfs:
            return NotProcfs(self.who, self.path, self.root)
        return NoSuchProcess(self.who, self.path)

    def denied(self) -> LiveError:
        """What to raise where the kernel refuses."""
        try:
            owner = Path(self.directory).stat().st_uid
        except OSError:
            owner = None
        return AccessDenied(self.who, self.path, owner, os.geteuid())
