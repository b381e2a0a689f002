"""Small ELF files, made field by field."""

from __future__ import annotations

import struct
from collections.abc import Sequence

PT_LOAD, PT_NOTE, PT_GNU_RELRO = 1, 4, 0x6474E552
READ, WRITE, EXECUTE = 4, 2, 1

BUILD_ID = bytes(range(20))

Header = tuple[int, int, int, int, int, int]
"""Kind, flags, offset, virtual address, bytes in the file, bytes in memory."""


def note(build_id: bytes = BUILD_ID, name: bytes = b"GNU\0", kind: int = 3) -> bytes:
    """Return a note."""
    padded = build_id + bytes(-len(build_id) % 4)
    return struct.pack("<III", len(name), len(build_id), kind) + name + padded


def elf(headers: Sequence[Header], size: int, *, bits: int = 64, notes: bytes = b"") -> bytes:
    """Return an ELF file of *size* bytes with *headers*, and with *notes* at byte 0x800."""
    wide = bits == 64
    ident = b"\x7fELF" + bytes((2 if wide else 1, 1, 1)) + bytes(9)
    start, entry = (64, 56) if wide else (52, 32)
    form = "<16sHHIQQQIHHHHHH" if wide else "<16sHHIIIIIHHHHHH"
    machine = 62 if wide else 3
    text = struct.pack(
        form, ident, 3, machine, 1, 0, start, 0, 0, start, entry, len(headers), 0, 0, 0
    )
    for kind, flags, offset, address, in_file, in_memory in headers:
        values = (kind, flags, offset, address, address, in_file, in_memory, 0x1000)
        if not wide:
            values = (kind, offset, address, address, in_file, in_memory, flags, 0x1000)
        text += struct.pack("<IIQQQQQQ" if wide else "<IIIIIIII", *values)
    text = text.ljust(0x800, b"\0") + notes
    return text.ljust(size, b"\0")[:size]


LIBRARY: tuple[Header, ...] = (
    (PT_LOAD, READ, 0, 0, 0x1234, 0x1234),
    (PT_LOAD, READ | EXECUTE, 0x2000, 0x2000, 0x1800, 0x1800),
    (PT_LOAD, READ, 0x4000, 0x4000, 0x0400, 0x0400),
    (PT_LOAD, READ | WRITE, 0x4DE0, 0x5DE0, 0x0320, 0x2F00),
    (PT_NOTE, READ, 0x800, 0x800, 36, 36),
    (PT_GNU_RELRO, READ, 0x4DE0, 0x5DE0, 0x0220, 0x0220),
)
"""The segments of a library as the GNU linker makes them: two of them share a page of the file."""

LIBRARY_SIZE = 0x5200
