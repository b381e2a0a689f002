"""A part of a file as a file of its own: a library in an archive."""

from __future__ import annotations

import os
from io import RawIOBase
from typing import BinaryIO


class Window(RawIOBase, BinaryIO):
    """*size* bytes at *offset* of a file, or all from there. Raises `OSError` like the file."""

    def __init__(self, file: BinaryIO, offset: int = 0, size: int | None = None) -> None:
        super().__init__()
        self._file = file
        self._offset = offset
        length = max(0, file.seek(0, os.SEEK_END) - offset)
        self.size = length if size is None else min(size, length)
        """Bytes of the part."""
        self._position = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to *offset* from the start, from here or from the end."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def read(self, size: int | None = -1) -> bytes:
        """Return up to *size* bytes from here."""
        left = max(0, self.size - self._position)
        wanted = left if size is None or size < 0 else min(size, left)
        self._file.seek(self._offset + self._position)
        data = self._file.read(wanted)
        self._position += len(data)
        return data
