"""``/proc/PID/pagemap``: one number for each page of the address space, read in bulk.

Source: ``pagemap_read()``, fs/proc/task_mmu.c. The kernel walks 2 MiB of address space at a time
and takes the lock of the process again for each, so a long read delays it less than smaps does.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from io import FileIO
from typing import Final, Self, TypeVar

from procmaps.errors import LiveError
from procmaps.live.failures import failed_error, gone_error
from procmaps.live.proc_file_path import Pid, ProcFile
from procmaps.live.read_proc_file import open_file

T = TypeVar("T")

PAGE: Final = os.sysconf("SC_PAGE_SIZE")
"""Bytes of a page, as the kernel passes it to each program (``AT_PAGESZ``)."""

ENTRY: Final = 8
"""Bytes of an entry."""

SLICE: Final = 16384
"""Pages that are read at once: 64 MiB of address space in pages of 4 KiB."""


class PagemapFile:
    """The open pagemap of a process. Close it, or use it in a ``with`` statement.

    Raises what `procmaps.maps` does if the file cannot be opened.
    """

    def __init__(self, pid: Pid, root: str) -> None:
        self.proc_file = ProcFile(pid, "pagemap", root=root)
        self.file: FileIO = open_file(self.proc_file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def read(self, start: int, pages: int) -> bytes:
        """Return the entries of *pages* pages from the address *start* on.

        There are fewer where the address space of programs ends, as for ``[vsyscall]``. Raises
        `procmaps.ProcessGone` if the process has ended, `procmaps.ReadFailed` for other errors.
        """
        size = pages * ENTRY
        try:
            data = os.pread(self.file.fileno(), size, start // PAGE * ENTRY)
            while data and len(data) < size:
                offset = start // PAGE * ENTRY + len(data)
                more = os.pread(self.file.fileno(), size - len(data), offset)
                if not more:
                    break
                data += more
        except OverflowError:  # above the largest offset of a file
            return b""
        except OSError as error:
            raise self._reason(error) from error
        return data

    def ask(self, call: Callable[[FileIO], T]) -> T:
        """Return what *call* returns for the open file. Raises what `read` does."""
        try:
            return call(self.file)
        except LiveError:
            raise
        except OSError as error:
            raise self._reason(error) from error

    def _reason(self, error: OSError) -> LiveError:
        """Return what an *error* of the open file says of the process."""
        if isinstance(error, ProcessLookupError):
            return gone_error(self.proc_file)
        return failed_error(self.proc_file, error)
