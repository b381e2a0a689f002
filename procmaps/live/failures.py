"""Why a file of a process cannot be read, by what else the procfs says of that process."""

from __future__ import annotations

import enum
import errno as codes
import os
import re
from pathlib import Path
from typing import Final

from procmaps.errors import (
    AccessDenied,
    FileMissing,
    KernelThread,
    LiveError,
    MainThreadEnded,
    NoSuchProcess,
    NotProcfs,
    ProcessGone,
    ReadFailed,
    Zombie,
)
from procmaps.live.proc_file_path import ProcFile
from procmaps.printable import escape_bytes

_PF_KTHREAD = 0x00200000
"""include/linux/sched.h; ``do_task_stat()`` prints it in the ninth field of ``stat``."""

_VM_SIZE = re.compile(rb"\nVmSize:[\t ]*([0-9]+) kB\n")
"""A line of ``status`` that ``task_mem()``, fs/proc/task_mmu.c, prints if there is an mm."""


EXHAUSTED: Final = (codes.EMFILE, codes.ENFILE, codes.ENOMEM)
"""The errors that say nothing about the file."""


class ProcessState(enum.Enum):
    """What ``stat`` and ``status`` say of a process or thread."""

    ALIVE = enum.auto()
    """It has an address space with mappings."""
    EMPTY = enum.auto()
    """It has an address space without mappings, or the procfs has no such files."""
    EXITING = enum.auto()
    """It has no address space any more and is not a zombie yet."""
    ZOMBIE = enum.auto()
    KERNEL_THREAD = enum.auto()
    GONE = enum.auto()


def absence_error(file: ProcFile) -> LiveError | None:
    """Return the reason why *file* is empty; None if the address space has no mappings."""
    state, command = _state(file)
    match state:
        case ProcessState.KERNEL_THREAD:
            return KernelThread(file.who, file.path, command)
        case ProcessState.ZOMBIE:
            if thread := _running_thread(file):
                return MainThreadEnded(file.who, file.path, command, thread)
            return Zombie(file.who, file.path, command)
        case ProcessState.GONE:
            return NoSuchProcess(file.who, file.path)
        case ProcessState.EXITING | ProcessState.ALIVE:
            # Alive means that it has another address space, after execve(2).
            return ProcessGone(file.who, file.path)
        case ProcessState.EMPTY:
            return None


def gone_error(file: ProcFile, partial: bytes = b"") -> LiveError:
    """Return the error for an address space that went away after *partial* was read."""
    error = None if partial else absence_error(file)
    return error or ProcessGone(file.who, file.path, partial)


def missing_error(file: ProcFile) -> LiveError:
    """Return the error for a path that does not exist."""
    if Path(file.folder).exists():
        return FileMissing(file.who, file.path)
    if not is_procfs(file.root):
        return NotProcfs(file.who, file.path, file.root)
    return NoSuchProcess(file.who, file.path)


def denied_error(file: ProcFile) -> LiveError:
    """Return the error for a file that the kernel does not let us read."""
    try:
        owner = Path(file.folder).stat().st_uid
    except OSError:
        owner = None
    return AccessDenied(file.who, file.path, owner, os.geteuid())


def failed_error(file: ProcFile, error: OSError) -> ReadFailed:
    """Return the error for a failure that says nothing about the process."""
    return ReadFailed(file.who, file.path, error.errno or codes.EIO)


def is_procfs(root: str) -> bool:
    """Return whether *root* is a folder that contains the folder of a process."""
    try:
        return any(each.name.isdecimal() or each.name == "self" for each in Path(root).iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return False


def _state(file: ProcFile) -> tuple[ProcessState, str]:
    """Return the state of the process or thread, and its ``comm``, escaped."""
    try:
        stat = Path(file.folder, "stat").read_bytes()
        status = Path(file.folder, "status").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        # A folder that only looks like a procfs may contain maps and nothing else.
        return (ProcessState.EMPTY if Path(file.path).exists() else ProcessState.GONE), ""
    # comm may contain spaces and parentheses; the last one closes it.
    close = stat.rindex(b")")
    command = escape_bytes(stat[stat.index(b"(") + 1 : close])
    fields = stat[close + 2 :].split(b" ")
    letter, flags = fields[0], int(fields[6])
    if flags & _PF_KTHREAD:
        return ProcessState.KERNEL_THREAD, command
    if letter in b"ZXx":
        return ProcessState.ZOMBIE, command
    # proc_task_name() escapes newlines in comm (fs/proc/array.c), so comm cannot forge this line.
    if not (size := _VM_SIZE.search(status)):
        return ProcessState.EXITING, command
    return (ProcessState.ALIVE if int(size[1]) else ProcessState.EMPTY), command


def _running_thread(file: ProcFile) -> int | None:
    """Return a thread that still has the address space after the main thread has ended."""
    if file.tid is not None:
        return None
    try:
        names = [*Path(file.process_folder, "task").iterdir()]
    except OSError:
        return None
    threads = (file.of_thread(int(name.name)) for name in names)
    return next((each.tid for each in threads if _state(each)[0] is ProcessState.ALIVE), None)
