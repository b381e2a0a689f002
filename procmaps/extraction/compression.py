"""Compression of small blocks in little memory.

By default zlib looks back 32 KiB, for which it allocates 268 kB each time: more than a small text
needs in all.
"""

from __future__ import annotations

import zlib

_FASTEST = 1
"""The level of compression."""

_WINDOW = 13
"""Binary logarithm of the bytes that zlib looks back: enough for a dictionary and a block."""

_MEMORY = 5
"""How much memory zlib uses for the rest, from 1 to 9."""


def compress(data: bytes, like: bytes = b"") -> bytes:
    """Return *data* compressed; what it has in common with *like* takes little room."""
    packer = zlib.compressobj(_FASTEST, zlib.DEFLATED, _WINDOW, _MEMORY, zdict=like)
    return packer.compress(data) + packer.flush()


def decompress(packed: bytes, like: bytes = b"") -> bytes:
    """Return what `compress` was given with the same *like*."""
    return zlib.decompressobj(_WINDOW, zdict=like).decompress(packed)
