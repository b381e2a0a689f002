"""Bytes out of a procfs, whole or not at all; nothing here parses them.

How the kernel hands them out (fs/seq_file.c, ``seq_read_iter()``): each read returns whole entries,
one page of them at most unless a single entry is longer, however large the buffer is. Between two
reads the process runs on.
"""

from __future__ import annotations

import os
from io import FileIO

from procmaps.engines.read_file import read_all
from procmaps.live.proc_file import Target


def open_target(target: Target) -> FileIO:
    """The file, open and unbuffered; close it.

    Raises `procmaps.errors.NoSuchProcess`, `FileMissing`, `NotProcfs`, `AccessDenied` (3.19 and
    later refuse here), `KernelThread` or `Zombie` (``smaps_rollup``, 6.12 and later).
    """
    try:
        return FileIO(target.path, "rb")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise target.missing() from error
    except PermissionError as error:
        raise target.denied() from error
    except ProcessLookupError as error:
        raise target.gone() from error


def drain(file: FileIO, target: Target) -> bytes:
    """All of *file* from where it stands: whole, or an exception.

    Signals that arrive on the way are handled and reading goes on (PEP 475).

    Raises `procmaps.errors.KernelThread` or `Zombie` where there is no address space,
    `procmaps.errors.ProcessGone` where it went away before the end, and
    `procmaps.errors.AccessDenied` (kernels 3.4 to 3.10 refuse here).
    """
    text, error = read_all(file)
    if isinstance(error, PermissionError):
        raise target.denied() from error
    if isinstance(error, ProcessLookupError):
        raise target.gone(text) from error
    if error:
        raise error
    if not text:
        if absence := target.absence():
            raise absence
    elif not is_complete(file, target):
        raise target.gone(text)
    return text


def is_complete(file: FileIO, target: Target) -> bool:
    """Whether the address space was still there after the last read.

    Where it is not, ``m_start()`` (fs/proc/task_mmu.c) ends the file early and says nothing. The
    file stays bound to that address space, so one byte from its beginning tells, after exec(2) too;
    the kernel formats one entry for it. ``smaps_rollup`` is one entry, hence never cut.
    """
    if target.file == "smaps_rollup":
        return True
    try:
        return bool(os.pread(file.fileno(), 1, 0))
    except ProcessLookupError:
        return False
