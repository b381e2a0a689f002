"""A file put together from the memory of a process: the parts of it that are mapped.

Private writable pages differ from the file where the program has written, as relocation does.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence

import attrs

from procmaps.live.memory_file import MemoryFile
from procmaps.live.proc_file_path import ROOT
from procmaps.records.file_key import file_key
from procmaps.records.mapping import Mapping

LIMIT = 1 << 30
"""Bytes of mappings that an image may have: it is kept in memory."""

_CHUNK = 1 << 20


@attrs.frozen
class Image:
    """An image and how much of it could be read."""

    descriptor: int
    """Open for reading; the caller closes it."""
    mapped: int
    """Bytes of the mappings."""
    missing: int
    """Bytes of them that could not be read."""


def parts_of(mapping: Mapping, snapshot: Iterable[Mapping]) -> list[Mapping]:
    """Return the mappings of the file that *mapping* shows, those most like the file last."""
    wanted = file_key(mapping)
    return in_order_of_likeness(each for each in snapshot if file_key(each) == wanted)


def in_order_of_likeness(parts: Iterable[Mapping]) -> list[Mapping]:
    """Return mappings of one file: writable ones, which may have been changed, before others."""
    return sorted(parts, key=lambda each: (not each.perms.write, each.perms.execute))


def read_at_offsets(
    memory: MemoryFile, parts: Sequence[Mapping], base: int = 0
) -> Callable[[int, int], bytes]:
    """Return a function that reads bytes of a mapped file by offset, counted from *base*.

    It returns fewer bytes than it is asked for where nothing more is mapped or readable.
    """

    def read(offset: int, size: int) -> bytes:
        found: list[bytes] = []
        position, end = base + offset, base + offset + size
        while position < end:
            part = next(
                (p for p in reversed(parts) if p.offset <= position < p.offset + p.size), None
            )
            if part is None:
                break
            address = position - part.offset + part.start
            data = memory.read(address, min(end - position, part.end - address))
            if not data:
                break
            found.append(data)
            position += len(data)
        return b"".join(found)

    return read


def make_image(memory: MemoryFile, parts: Sequence[Mapping]) -> Image:
    """Return the file of *parts*, each at its offset; holes between them are zeros.

    Raises `OSError` if they are more than `LIMIT`, or the system cannot keep them.
    """
    mapped = sum(part.size for part in parts)
    if mapped > LIMIT:
        msg = f"the image would have {mapped} bytes, more than {LIMIT}"
        raise OSError(msg)
    made = os.memfd_create("procmaps image", os.MFD_CLOEXEC)
    try:
        os.ftruncate(made, max(part.offset + part.size for part in parts))
        missing = sum(_copy(memory, part, made) for part in parts)
        # The file is still writable by its descriptor, so hand out one that is not.
        return Image(os.open(f"{ROOT}/self/fd/{made}", os.O_RDONLY | os.O_CLOEXEC), mapped, missing)
    finally:
        os.close(made)


def _copy(memory: MemoryFile, part: Mapping, image: int) -> int:
    """Write *part* at its offset; return the bytes that could not be read."""
    missing = 0
    address = part.start
    while address < part.end:
        data = memory.read(address, min(_CHUNK, part.end - address))
        if data:
            os.pwrite(image, data, part.offset + address - part.start)
            address += len(data)
            continue
        page_end = min(part.end, (address // _PAGE + 1) * _PAGE)
        missing += page_end - address
        address = page_end
    return missing


_PAGE = os.sysconf("SC_PAGE_SIZE")
