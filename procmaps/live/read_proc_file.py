"""Bytes of a file in a procfs: complete, or an error. Nothing here parses them.

Source: ``seq_read_iter()``, fs/seq_file.c. Each read returns whole entries, at most a page of them
unless one entry is longer, however large the buffer is. The process runs on between two reads.
"""

from __future__ import annotations

import os
from io import FileIO

from procmaps.engines.read_file import read_all
from procmaps.live.failures import absence_error, denied_error, gone_error, missing_error
from procmaps.live.proc_file_path import ProcFile


def open_file(file: ProcFile) -> FileIO:
    """Open *file*, unbuffered; the caller closes it.

    Raises `NoSuchProcess`, `FileMissing`, `NotProcfs`, `AccessDenied` (3.19 and later refuse here),
    `KernelThread` or `Zombie` (``smaps_rollup``, 6.12 and later).
    """
    try:
        return FileIO(file.path, "rb")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise missing_error(file) from error
    except PermissionError as error:
        raise denied_error(file) from error
    except ProcessLookupError as error:
        raise gone_error(file) from error


def read_text(handle: FileIO, file: ProcFile) -> bytes:
    """Read *handle*, which is *file*, from its current position to the end.

    A signal handler may run meanwhile; reading continues after it (PEP 475).

    Raises `KernelThread` or `Zombie` if there is no address space, `ProcessGone` if it went away
    before the end, and `AccessDenied` (kernels 3.4 to 3.10 refuse here).
    """
    text, error = read_all(handle)
    if isinstance(error, PermissionError):
        raise denied_error(file) from error
    if isinstance(error, ProcessLookupError):
        raise gone_error(file, text) from error
    if error:
        raise error
    if not text:
        if absence := absence_error(file):
            raise absence
    elif not is_complete(handle, file):
        raise gone_error(file, text)
    return text


def is_complete(handle: FileIO, file: ProcFile) -> bool:
    """Return whether the address space still existed after the last read.

    If it does not, ``m_start()`` (fs/proc/task_mmu.c) ends the file early without an error. The
    open file stays with its address space, so its first byte can be read only while that exists,
    also after execve(2); the kernel formats one entry for it. ``smaps_rollup`` is a single entry,
    so it is never cut.
    """
    if file.kind == "smaps_rollup":
        return True
    try:
        return bool(os.pread(handle.fileno(), 1, 0))
    except ProcessLookupError:
        return False
