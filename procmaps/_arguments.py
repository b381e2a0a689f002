"""Arguments as callers have them: bytes or ``str``, paths, addresses.

Inside the package text is bytes. Every function here raises `TypeError` with the expected types.
"""

from __future__ import annotations

import operator
import os

TYPE_CHECKING = False  # typing and pathlib take long to import
if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

BytesOrStr = bytes | bytearray | memoryview | str

StrOrBytesPath = str | bytes | os.PathLike[str] | os.PathLike[bytes]
"""A path; file names are bytes too."""


def as_bytes(text: BytesOrStr) -> bytes:
    """Return *text* as bytes; encode a ``str`` as UTF-8 with surrogateescape, as Python does names.

    Raises `TypeError` for anything else; ``bytes(3)`` would be three NUL bytes.
    """
    if isinstance(text, bytes):
        return text
    if isinstance(text, str):
        return text.encode("utf-8", "surrogateescape")
    try:
        return bytes(memoryview(text))
    except TypeError:
        raise TypeError(f"expected bytes or str, not {_type_name(text)}") from None


def as_path(path: StrOrBytesPath) -> Path:
    """Return *path* as a `Path`. Raises `TypeError` for anything that is not a path."""
    from pathlib import Path  # noqa: PLC0415 - slow to import

    try:
        return Path(os.fsdecode(path))
    except TypeError:
        raise TypeError(
            f"expected a path (str, bytes or os.PathLike), not {_type_name(path)}"
        ) from None


def as_binary_file(source: BinaryIO) -> BinaryIO:
    """Return *source*, which is not a path. Raises `TypeError` if it is not a file either."""
    if not hasattr(source, "read"):
        raise TypeError(f"expected a path or a binary file object, not {_type_name(source)}")
    return source


def as_address(address: object) -> int:
    """Return *address* as an ``int``; any integer type will do. Raises `TypeError` otherwise."""
    try:
        return operator.index(address)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"expected an address (int), not {_type_name(address)}") from None


def as_count(name: str, value: object, *, least: int, alternative: str = "") -> int:
    """Return *value* of the argument *name* as an ``int`` of at least *least*.

    Raises `TypeError` if it is no integer, `ValueError` if it is too small. The message names the
    *alternative* that the caller also accepts.
    """
    expected = f"an integer from {least}{alternative and f' or {alternative}'}"
    if isinstance(value, bool) or not hasattr(type(value), "__index__"):
        raise TypeError(f"{name} must be {expected}, not {value!r}")
    count = operator.index(value)  # type: ignore[arg-type]
    if count < least:
        raise ValueError(f"{name} must be {expected}, not {value!r}")
    return count


def _type_name(value: object) -> str:
    return type(value).__name__
