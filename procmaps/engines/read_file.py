"""Read all bytes of an open file, by the native extension if it is in use."""

from __future__ import annotations

import os
from io import FileIO

from procmaps.engines.engine_selection import engine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Read = Callable[[int, int, int], tuple[bytes, int]]
    """Takes a file descriptor, the expected size and the least buffer for one read(2), in bytes.

    Returns the bytes read and the errno that ended the reading, 0 at the end of the file.
    """

MIN_READ = 1 << 13
"""Least buffer for one read(2) of procfs, in bytes.

Two pages, so that the buffer of a seq_file is never cut.
"""

INITIAL_CAPACITY = 1 << 19
"""First buffer for a file without a size, in bytes. The smaps of most processes fit.

Only the pages that are filled take memory. glibc keeps a block of this size for the next file; it
returns one of half the size each time, and the page faults then take a tenth of the kernel's time.
"""

CHUNK = 1 << 16
"""Least buffer for one read(2) without the extension, in bytes."""


def read_all(file: FileIO) -> tuple[bytes, OSError | None]:
    """Return the bytes of *file* from its position on, and the error that ended the reading.

    The error is None at the end of the file. Reading continues after a signal (PEP 475).
    """
    descriptor = file.fileno()
    size = os.fstat(descriptor).st_size
    text, error = _read()(descriptor, size or INITIAL_CAPACITY, 0 if size else MIN_READ)
    return text, OSError(error, os.strerror(error), file.name) if error else None


def _read() -> Read:
    if engine() != "native":
        return read_chunks
    from procmaps.engines import _scanner  # noqa: PLC0415 - only where it was built

    return _scanner.read


def read_chunks(descriptor: int, capacity: int, min_read: int) -> tuple[bytes, int]:
    """Do the same as ``_scanner.read``, without huge pages."""
    chunks: list[bytes] = []
    try:
        while chunk := os.read(descriptor, max(capacity, min_read, CHUNK)):
            chunks.append(chunk)
    except OSError as error:
        return b"".join(chunks), error.errno or 0
    return b"".join(chunks), 0
