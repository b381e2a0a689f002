"""The build ID of an ELF file: the note ``NT_GNU_BUILD_ID``, as ``build_id_parse()`` reads it.

It is used if the kernel cannot be asked. Source: lib/buildid.c and the ELF specification.
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterator

_IDENT = 16
"""``EI_NIDENT``: class and byte order are bytes 4 and 5."""

_CLASSES = {1: False, 2: True}
"""``ELFCLASS32`` and ``ELFCLASS64``: True if addresses have 64 bits."""

_ORDERS = {1: "<", 2: ">"}
"""``ELFDATA2LSB``, ``ELFDATA2MSB``."""

_PT_NOTE = 4
_NT_GNU_BUILD_ID = 3
_MAX_SIZE = 20
"""``BUILD_ID_SIZE_MAX``: the kernel ignores longer ones."""

_MAX_NOTES = 1 << 20
"""Bytes of notes that are read from one segment; real segments have a few hundred."""


def build_id_at(path: str | bytes | os.PathLike[str]) -> bytes | None:
    """Return the build ID of the file at *path*, or None if it has none or is no ELF file.

    Raises `OSError` if the file cannot be read. Never waits for a pipe or a device.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        return _read_build_id(descriptor)
    finally:
        os.close(descriptor)


def _read_build_id(descriptor: int) -> bytes | None:
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        return None
    ident = os.pread(descriptor, _IDENT, 0)
    if len(ident) < _IDENT or ident[:4] != b"\x7fELF":
        return None
    wide, order = _CLASSES.get(ident[4]), _ORDERS.get(ident[5])
    if wide is None or order is None:
        return None
    try:
        for offset, size in _note_segments(descriptor, wide=wide, order=order):
            notes = os.pread(descriptor, min(size, _MAX_NOTES), offset)
            if found := _in_notes(notes, order):
                return found
    except struct.error:  # the file ends inside a header
        return None
    return None


def _note_segments(descriptor: int, *, wide: bool, order: str) -> Iterator[tuple[int, int]]:
    """Yield offset and size of every ``PT_NOTE`` segment."""
    header = struct.Struct(order + ("16xHHIQQQIHHHHHH" if wide else "16xHHIIIIIHHHHHH"))
    fields = header.unpack(os.pread(descriptor, header.size, 0))
    table, entry, count = fields[4], fields[8], fields[9]
    segment = struct.Struct(order + ("IIQQQQQQ" if wide else "IIIIIIII"))
    for index in range(count):
        offset_in_table = table + index * entry
        if offset_in_table >= 1 << 63:
            return
        values = segment.unpack(os.pread(descriptor, segment.size, offset_in_table))
        offset, size = (values[2], values[5]) if wide else (values[1], values[4])
        if values[0] == _PT_NOTE and offset < 1 << 63:
            yield offset, size


def _in_notes(notes: bytes, order: str) -> bytes | None:
    position = 0
    while position + 12 <= len(notes):
        name_size, size, kind = struct.unpack_from(order + "III", notes, position)
        name = position + 12
        start = name + (name_size + 3 & ~3)
        if kind == _NT_GNU_BUILD_ID and notes[name : name + name_size] == b"GNU\0":
            return notes[start : start + size] if 0 < size <= _MAX_SIZE else None
        position = start + (size + 3 & ~3)
    return None
