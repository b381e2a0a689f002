"""Compressed input: recognised by its first bytes, decompressed in steps, with a limit."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import zlib
from collections.abc import Callable

import attrs

from procmaps.cli.errors import Unreadable

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LIMIT = 2 << 30
"""Bytes that a compressed input may expand to. A small file can expand to more than any memory."""

_STEP = 1 << 20

_ERRORS = (OSError, EOFError, lzma.LZMAError, zlib.error, zstd.ZstdError)
"""The exceptions for data that is damaged or cut off."""


@attrs.frozen
class _Format:
    name: str
    magic: tuple[bytes, ...]
    open: Callable[[io.BytesIO], io.BufferedIOBase]
    tool: str
    """The command that decompresses a file to standard output."""


_BZIP2_MAGIC = tuple(
    b"BZh%d" % size + following
    for size in range(1, 10)
    for following in (b"1AY&SY", b"\x17rE8P\x90")
)
"""The block size, then the start of a block or the end of an empty file."""

FORMATS = (
    _Format("gzip", (b"\x1f\x8b\x08",), gzip.open, "gzip -dc"),
    _Format("xz", (b"\xfd7zXZ\0",), lzma.open, "xz -dc"),
    _Format("zstd", (b"\x28\xb5\x2f\xfd",), zstd.open, "zstd -dc"),
    _Format("bzip2", _BZIP2_MAGIC, bz2.open, "bzip2 -dc"),
)
"""The formats by their first bytes. No dump and no log starts with such bytes."""


def decompress(data: bytes, shown: str) -> bytes:
    """Return the decompressed *data*, or *data* itself if it is not compressed.

    *shown* is its name in messages. Raises `Unreadable` for data that is damaged, cut off, or
    expands to more than `LIMIT` bytes.
    """
    for known in FORMATS:
        if data.startswith(known.magic):
            return _read(known, data, shown)
    return data


def _read(known: _Format, data: bytes, shown: str) -> bytes:
    chunks: list[bytes] = []
    size = 0
    try:
        with known.open(io.BytesIO(data)) as stream:
            while chunk := stream.read(_STEP):
                chunks.append(chunk)
                size += len(chunk)
                if size > LIMIT:
                    break
    except _ERRORS as error:
        raise Unreadable(
            f"cannot read {shown}: its {known.name} data is damaged or cut off ({error}); "
            f"{known.tool} may recover the part before the damage"
        ) from error
    if size > LIMIT:
        raise Unreadable(
            f"cannot read {shown}: it expands to more than {LIMIT >> 20} MiB; "
            f"if that is right, pipe it in: {known.tool} FILE | procmaps ... -"
        )
    return b"".join(chunks)
