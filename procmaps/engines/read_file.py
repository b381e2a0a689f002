"""All the bytes of an open file, read by the native extension where it is in use."""

from __future__ import annotations

import os
from collections.abc import Callable
from io import FileIO

from procmaps.engines.selection import engine

LEAST = 1 << 13
"""Bytes that a read of procfs is given: two pages, so that a buffer of seq_file's is never cut."""

ROOM = 1 << 16
"""Bytes to begin with where a file does not tell its size: the maps of most processes fit."""

Read = Callable[[int, int, int], tuple[bytes, int]]
"""Of a file descriptor, the size that is expected, and the least room that a read is given: what
was read, and the errno that ended it; 0 at the end of the file."""


def read_all(file: FileIO) -> tuple[bytes, OSError | None]:
    """What *file* holds from where it stands, and what ended the reading early, if anything did.

    Signals that arrive on the way are handled, and reading goes on (PEP 475).
    """
    number = file.fileno()
    size = os.fstat(number).st_size
    text, error = _read()(number, size or ROOM, 0 if size else LEAST)
    return text, OSError(error, os.strerror(error), file.name) if error else None


def _read() -> Read:
    if engine() != "native":
        return read_pieces
    from procmaps.engines import _scanner  # noqa: PLC0415 - only where it was built

    return _scanner.read


def read_pieces(number: int, room: int, least: int) -> tuple[bytes, int]:
    """The same as ``_scanner.read``, without large pages."""
    pieces: list[bytes] = []
    try:
        while piece := os.read(number, max(room, least, ROOM)):
            pieces.append(piece)
    except OSError as error:
        return b"".join(pieces), error.errno or 0
    return b"".join(pieces), 0
