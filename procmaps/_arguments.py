"""Text and paths as callers have them, bytes or ``str``; within the package text is bytes."""

from __future__ import annotations

import os
from pathlib import Path

BytesOrStr = bytes | bytearray | memoryview | str

StrOrBytesPath = str | bytes | os.PathLike[str] | os.PathLike[bytes]
"""A path: the name of a file is bytes too."""


def as_bytes(text: BytesOrStr) -> bytes:
    """The bytes of *text*; a ``str`` as UTF-8 with surrogateescape, the way Python decodes names.

    Raises `TypeError` for what is neither: ``bytes()`` would make zeros of a number.
    """
    if isinstance(text, bytes):
        return text
    if isinstance(text, str):
        return text.encode("utf-8", "surrogateescape")
    return bytes(memoryview(text))


def as_path(place: StrOrBytesPath) -> Path:
    """*place* as a `Path`."""
    return Path(os.fsdecode(place))
