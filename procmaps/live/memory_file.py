"""The memory of one process: ``/proc/PID/mem``, or ``process_vm_readv(2)`` (3.2) without it.

The open file keeps the address space that the process has now, so it never shows the memory of a
program that replaces it (``mem_open()``, fs/proc/base.c). The system call takes a process ID, so
the open ``maps`` file is asked after each call whether its address space still exists. It is used
where the file cannot be: if opening it is denied, and for addresses from 2**63, which ``pread(2)``
refuses. It is never used for a procfs mounted elsewhere, whose IDs may be of another namespace.
"""

from __future__ import annotations

import errno as codes
import os
from io import FileIO
from typing import Self

from procmaps.errors import LiveError, MemoryDenied
from procmaps.live.failures import absence_error, failed_error, gone_error, missing_error
from procmaps.live.proc_file_path import ROOT, ProcFile
from procmaps.live.read_proc_file import is_complete, open_file
from procmaps.live.vm_readv import vm_readv

UNREADABLE = (codes.EIO, codes.EFAULT)
"""What ``mem_rw()`` and ``process_vm_rw()`` return for memory that cannot be read."""

_FILE_LIMIT = 1 << 63


class MemoryFile:
    """The open memory of a process. Use it in ``with``. Threads may share it.

    Raises `MemoryDenied`, `NoSuchProcess`, `KernelThread`, `Zombie`, `ReadFailed` and what
    `procmaps.maps` raises when it opens the file.
    """

    def __init__(self, maps: ProcFile) -> None:
        self._maps = maps
        self._path = f"{maps.process_folder}/mem"
        self._handle = open_file(maps)
        try:
            self._file = self._open()
        except BaseException:
            self._handle.close()
            raise

    def _open(self) -> FileIO | None:
        try:
            return FileIO(self._path, "rb")
        except PermissionError:
            return None
        except (FileNotFoundError, NotADirectoryError) as error:
            raise missing_error(self._maps) from error
        except ProcessLookupError as error:
            raise self._gone() from error
        except OSError as error:
            raise failed_error(self._maps, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close it. Closing twice is harmless."""
        self._handle.close()
        if self._file is not None:
            self._file.close()

    def read(self, address: int, size: int) -> bytes:
        """Return up to *size* bytes at *address*: those before the first that cannot be read.

        The result is empty if the byte at *address* cannot be read, and only then.

        Raises `ProcessGone` after the process ended or replaced its program, `MemoryDenied`,
        `ReadFailed`.
        """
        try:
            if self._file is None or address >= _FILE_LIMIT:
                return self._by_call(address, size)
            data = os.pread(self._file.fileno(), min(size, _FILE_LIMIT - address), address)
        except PermissionError as error:
            raise MemoryDenied(self._maps.who, self._path) from error
        except ProcessLookupError as error:
            raise self._gone() from error
        except OSError as error:
            if error.errno in UNREADABLE:
                return b""
            raise failed_error(self._maps, error) from error
        if size and not data:
            # mem_rw() returns 0 if the address space has no user any more.
            raise self._gone()
        return data

    def _by_call(self, address: int, size: int) -> bytes:
        if self._maps.pid == "self":
            pid = os.getpid()
        elif self._maps.root == ROOT:
            pid = int(self._maps.pid)
        else:  # another procfs may count processes of another namespace: the ID is not ours
            raise PermissionError(codes.EACCES, "only the file has the memory")
        data = b""
        try:
            data = vm_readv(pid, address, size)
        except OSError as error:
            if error.errno not in UNREADABLE:
                raise
        if not is_complete(self._handle, self._maps):
            raise self._gone()
        return data

    def _gone(self) -> LiveError:
        return absence_error(self._maps) or gone_error(self._maps)
