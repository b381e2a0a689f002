"""The build ID of an ELF file: the note ``NT_GNU_BUILD_ID``, as ``build_id_parse()`` reads it.

It is used if the kernel cannot be asked. Source: lib/buildid.c and the ELF specification.
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from procmaps.live.regular_file import NotRegularError, open_regular

_IDENT = 16
"""``EI_NIDENT``: class and byte order are bytes 4 and 5."""

_CLASSES = {1: False, 2: True}
"""``ELFCLASS32`` and ``ELFCLASS64``: True if addresses have 64 bits."""

_ORDERS = {1: "<", 2: ">"}
"""``ELFDATA2LSB``, ``ELFDATA2MSB``."""

_PT_NOTE = 4
_SHT_NOTE = 7
_NT_GNU_BUILD_ID = 3
_MAX_SIZE = 20
"""``BUILD_ID_SIZE_MAX``: the kernel ignores longer ones."""

_MAX_SEGMENTS = 256
"""``MAX_PHDR_NUM`` of 6.12; before, all had to be in one page. Libraries have about ten."""

_MAX_NOTES = 1 << 20
"""Bytes of notes that are read from one file; real files have a few hundred."""


Read = Callable[[int, int], bytes]
"""Returns up to *size* bytes at *offset* of an ELF file; fewer where the file or memory ends."""


def build_id_at(path: str | bytes | os.PathLike[str]) -> bytes | None:
    """Return the build ID of the file at *path*, or None if it has none or is no ELF file.

    Raises `OSError` if the file cannot be read. Never opens a pipe or a device.
    """
    try:
        descriptor = open_regular(path)
    except NotRegularError:
        return None
    try:
        return build_id_of_file(descriptor)
    finally:
        os.close(descriptor)


def build_id_of_file(descriptor: int, *, sections: bool = False) -> bytes | None:
    """Return the build ID of an open file. Raises `OSError` if it cannot be read."""
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        return None
    return build_id_of(lambda offset, size: os.pread(descriptor, size, offset), sections=sections)


def build_id_of(read: Read, *, sections: bool = False) -> bytes | None:
    """Return the build ID of an ELF file of which *read* returns the bytes, or None.

    The kernel looks at segments only. With *sections*, sections are searched after them, as
    debuggers do: Go's linker leaves the GNU note out of its segment of notes. Sections are in files
    only, not in memory.
    """
    ident = read(0, _IDENT)
    if len(ident) < _IDENT or ident[:4] != b"\x7fELF":
        return None
    wide, order = _CLASSES.get(ident[4]), _ORDERS.get(ident[5])
    if wide is None or order is None:
        return None
    budget = _MAX_NOTES  # a hostile file can name the same megabytes 65,535 times
    tables = (_SEGMENTS, _SECTIONS) if sections else (_SEGMENTS,)
    try:
        for table in tables:
            for offset, size in _notes(read, table, wide=wide, order=order):
                notes = read(offset, min(size, budget))
                if found := _in_notes(notes, order):
                    return found
                budget -= len(notes)
    except struct.error:  # the file ends inside a header
        return None
    return None


class _Table(NamedTuple):
    """Where a table of headers is in the ELF header, and where a header has what is needed."""

    place: int
    """Index of the table's offset in the ELF header; those of size and count follow."""
    entry: int
    number: int
    layouts: tuple[str, str]
    """The headers of 32 and of 64 bits."""
    fields: tuple[tuple[int, int, int], tuple[int, int, int]]
    """Indices of type, offset and size in them."""
    notes: int
    """The type of notes."""


_SEGMENTS: Final = _Table(4, 8, 9, ("IIIIIIII", "IIQQQQQQ"), ((0, 1, 4), (0, 2, 5)), _PT_NOTE)
_SECTIONS: Final = _Table(
    5, 10, 11, ("IIIIIIIIII", "IIQQQQIIQQ"), ((1, 4, 5), (1, 4, 5)), _SHT_NOTE
)


def _notes(read: Read, table: _Table, *, wide: bool, order: str) -> Iterator[tuple[int, int]]:
    """Yield offset and size of every ``PT_NOTE`` segment, or ``SHT_NOTE`` section."""
    header = struct.Struct(order + ("16xHHIQQQIHHHHHH" if wide else "16xHHIIIIIHHHHHH"))
    fields = header.unpack(read(0, header.size))
    start, entry, count = fields[table.place], fields[table.entry], fields[table.number]
    if table is _SEGMENTS:
        count = min(count, _MAX_SEGMENTS)
    layout = struct.Struct(order + table.layouts[wide])
    kind, offset, size = table.fields[wide]
    for index in range(count):
        position = start + index * entry
        if position >= 1 << 63:
            return
        values = layout.unpack(read(position, layout.size))
        if values[kind] == table.notes and values[offset] < 1 << 63:
            yield values[offset], values[size]


def _in_notes(notes: bytes, order: str) -> bytes | None:
    position = 0
    while position + 12 <= len(notes):
        name_size, size, kind = struct.unpack_from(order + "III", notes, position)
        name = position + 12
        start = name + (name_size + 3 & ~3)
        if kind == _NT_GNU_BUILD_ID and notes[name : name + name_size] == b"GNU\0":
            whole = 0 < size <= _MAX_SIZE and start + size <= len(notes)
            return notes[start : start + size] if whole else None
        position = start + (size + 3 & ~3)
    return None
