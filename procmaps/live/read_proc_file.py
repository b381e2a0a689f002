"""Bytes of a file in a procfs: complete, or an error. Nothing here parses them.

Source: ``seq_read_iter()``, fs/seq_file.c. Each read returns whole entries, at most a page of them
unless one entry is longer, however large the buffer is. The process runs on between two reads.
"""

from __future__ import annotations

import os
from io import FileIO

from procmaps.engines.read_file import read_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from procmaps.errors import LiveError
    from procmaps.live.proc_file_path import ProcFile


def open_file(file: ProcFile) -> FileIO:
    """Open *file*, unbuffered; the caller closes it.

    Raises `NoSuchProcess`, `FileMissing`, `NotProcfs`, `AccessDenied` (3.19 and later refuse here),
    `KernelThread` or `Zombie` (``smaps_rollup``, 6.12 and later), or `ReadFailed`.
    """
    try:
        return FileIO(file.path, "rb")
    except OSError as error:
        raise _reason(file, error) from error


def read_text(handle: FileIO, file: ProcFile) -> bytes:
    """Read *handle*, which is *file*, from its current position to the end.

    A signal handler may run meanwhile; reading continues after it (PEP 475).

    Raises `KernelThread` or `Zombie` if there is no address space, `ProcessGone` if it went away
    before the end, `AccessDenied` (kernels 3.4 to 3.10 refuse here), or `ReadFailed`.
    """
    text, error = read_all(handle)
    if error:
        raise _reason(file, error, text) from error
    try:
        if text and is_complete(handle, file):
            return text
        from procmaps.live.failures import absence_error, gone_error  # noqa: PLC0415 - slow

        reason = gone_error(file, text) if text else absence_error(file)
    except OSError as failed:
        raise _reason(file, failed, text) from failed
    if reason:
        raise reason
    return text


def _reason(file: ProcFile, error: OSError, text: bytes = b"") -> LiveError:
    """Return what *error*, which came after *text*, says of the process, or that it says nothing.

    Finding out may fail itself, for instance because no file can be opened any more.
    """
    from procmaps.live.failures import (  # noqa: PLC0415 - slow to import
        denied_error,
        failed_error,
        gone_error,
        missing_error,
    )

    try:
        match error:
            case FileNotFoundError() | NotADirectoryError():
                return missing_error(file)
            case PermissionError():
                return denied_error(file)
            case ProcessLookupError():
                return gone_error(file, text)
            case _:
                return failed_error(file, error)
    except OSError as failed:
        return failed_error(file, failed)


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
