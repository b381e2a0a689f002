"""How an ELF file is loaded: its segments, and where they are in a process.

The headers are read by pyelftools (the extra ``elf``). What they say is checked here, because a
file may say anything. Source: the ELF specification, and ``load_elf_binary()``, fs/binfmt_elf.c.
"""

from __future__ import annotations

import mmap
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from heapq import nsmallest
from operator import attrgetter
from typing import TYPE_CHECKING, BinaryIO, Final

import attrs

from procmaps.errors import ExtraMissing, InvalidElf
from procmaps.mapped_files.module import Module
from procmaps.mapped_files.window import Window
from procmaps.records.mapping import Mapping as MemoryMapping

if TYPE_CHECKING:
    from elftools.elf.elffile import ELFFile

_EXECUTE: Final = 1
"""``PF_X``."""

_MAX_SEGMENTS: Final = 0xFFFF
"""``PN_XNUM``: a file with as many keeps their number elsewhere. Loaders refuse it."""

_MAX_BIASES: Final = 16
"""Segments that share the bytes of a mapping, at different addresses: no linker makes two. A file
may have thousands, and each would be compared with every mapping."""

_HEADER_SIZES: Final = {32: 32, 64: 56}
"""Bytes of ``Elf32_Phdr`` and ``Elf64_Phdr``."""


@attrs.frozen
class Segment:
    """A ``PT_LOAD`` segment.

    offset         Offset in the file, in bytes.
    address        Virtual address of its first byte.
    file_size      Bytes in the file.
    memory_size    Bytes in memory; those after the bytes of the file are zeros: ``.bss``.
    flags          ``PF_X`` 1, ``PF_W`` 2, ``PF_R`` 4.
    """

    offset: int
    address: int
    file_size: int
    memory_size: int
    flags: int


@attrs.frozen
class ElfLayout:
    """The segments of an ELF file, and the addresses that they have in it.

    A *virtual address* is what ``readelf`` and ``addr2line -e`` take. It is the address in a
    process less the load bias.

    segments   The ``PT_LOAD`` segments, in the order of the file.
    relro      Virtual address and bytes of ``PT_GNU_RELRO``; None without it.
    bits       32 or 64.
    """

    segments: tuple[Segment, ...]
    relro: tuple[int, int] | None
    bits: int

    def virtual_address(self, offset: int, *, executable: bool | None = None) -> int | None:
        """Return the virtual address of the byte at *offset* of the file; None if not loaded.

        Segments may share bytes. With *executable*, only such segments or only others are searched.
        """
        for each in self.segments:
            if executable is not None and bool(each.flags & _EXECUTE) != executable:
                continue
            if each.offset <= offset < each.offset + each.file_size:
                return offset - each.offset + each.address
        return None

    def to_offset(self, virtual_address: int) -> int | None:
        """Return the offset in the file of a virtual address; None in ``.bss`` and outside."""
        for each in self.segments:
            if each.address <= virtual_address < each.address + each.file_size:
                return virtual_address - each.address + each.offset
        return None

    def bss(self) -> tuple[int, int] | None:
        """Return start and end, as virtual addresses, of the memory after a segment's bytes.

        It ends with a page. None if no segment has any.
        """
        for each in self.segments:
            if each.memory_size > each.file_size:
                return each.address + each.file_size, _page_end(each.address + each.memory_size)
        return None

    def bias(self, module: Module) -> int | None:
        """Return what the addresses of *module* exceed the virtual addresses by.

        It is 0 for a program at fixed addresses. None if the module was not loaded as this file's
        segments say: another file, or one that was only mapped to be read.
        """
        mapped = [each for each in module.mappings if _accessible(each)]
        if not mapped:
            return None
        # What the first one leaves, usually one bias, the others confirm or refuse.
        possible = nsmallest(_MAX_BIASES, {*self._biases(mapped[0], module.offset)}, key=abs)
        segments = sorted(
            (each for each in self.segments if each.file_size), key=attrgetter("address")
        )
        starts = [each.address - each.address % mmap.PAGESIZE for each in segments]

        def fits(mapping: MemoryMapping, bias: int) -> bool:
            # Segments are mapped in order, so a page shows the last one that starts at or below it.
            index = bisect_right(starts, mapping.start - bias) - 1
            return index >= 0 and is_part(mapping, module.offset, segments[index], bias)

        return next((bias for bias in possible if all(fits(each, bias) for each in mapped)), None)

    def _biases(self, mapping: MemoryMapping, base: int) -> Iterator[int]:
        """Yield the bias for each segment that *mapping* may be a part of."""
        offset = mapping.offset - base
        for each in self.segments:
            bias = mapping.start - (offset - each.offset + each.address)
            if bias % mmap.PAGESIZE == 0 and is_part(mapping, base, each, bias):
                yield bias

    def contains(self, virtual_address: int) -> bool:
        """Return whether a page of the loaded file contains *virtual_address*."""
        return any(
            each.address - each.address % mmap.PAGESIZE
            <= virtual_address
            < _page_end(each.address + each.memory_size)
            for each in self.segments
        )


def read_elf(file: BinaryIO, *, offset: int = 0, size: int | None = None) -> ElfLayout:
    """Return the layout of the ELF file at *offset* of an open file, of *size* bytes there.

    By default it ends where *file* does. Raises `InvalidElf` for anything but an ELF file that
    can be loaded, `ExtraMissing` without pyelftools, `OSError` if the file cannot be read.
    """
    try:
        from elftools.common.exceptions import ELFError
        from elftools.elf.elffile import ELFFile
    except ImportError as error:
        raise ExtraMissing("elf", "pyelftools") from error
    window = Window(file, offset, size)
    try:
        elf = ELFFile(window)
        headers = _headers(elf, window.size)
        bits = int(elf.elfclass)
    except InvalidElf:
        raise
    except (ELFError, ValueError, OverflowError) as error:
        raise InvalidElf(str(error) or "its headers cannot be read") from error
    found = tuple(_segments(headers, window.size, bits))
    if not found:
        raise InvalidElf("it has no segment to load")
    relro = (each.segment for each in headers if each.kind == "PT_GNU_RELRO")
    ranges = ((each.address, each.memory_size) for each in relro)
    return ElfLayout(found, next(ranges, None), bits)


@attrs.frozen
class _Header:
    """A program header."""

    kind: str
    segment: Segment


def _headers(elf: ELFFile, size: int) -> list[_Header]:
    """Return the program headers. Raises `InvalidElf` unless all are in the *size* bytes."""
    from elftools.common.utils import struct_parse

    count, size_of_each = int(elf["e_phnum"]), int(elf["e_phentsize"])
    if not 0 < count < _MAX_SEGMENTS:
        raise InvalidElf(f"it has {count} program headers")
    if size_of_each < _HEADER_SIZES[elf.elfclass]:
        raise InvalidElf(f"its program headers have {size_of_each} bytes each")
    if int(elf["e_phoff"]) + count * size_of_each > size:
        raise InvalidElf("its program headers are past the end of the file")
    start = int(elf["e_phoff"])
    places = range(start, start + count * size_of_each, size_of_each)
    # get_segment() would search all sections for each PT_DYNAMIC; a file may claim 2**64 sections.
    return [_header(struct_parse(elf.structs.Elf_Phdr, elf.stream, each)) for each in places]


def _header(fields: Mapping[str, object]) -> _Header:
    """Return a header of pyelftools, whose fields have any type."""
    numbers = ("p_offset", "p_vaddr", "p_filesz", "p_memsz", "p_flags")
    return _Header(str(fields["p_type"]), Segment(*(int(str(fields[name])) for name in numbers)))


def _segments(headers: Iterable[_Header], size: int, bits: int) -> Iterator[Segment]:
    """Yield the segments to load. Raises `InvalidElf` if one contradicts the file or itself."""
    for number, header in enumerate(headers):
        if header.kind != "PT_LOAD":
            continue
        segment = header.segment
        end = segment.offset + segment.file_size
        if end > size:
            raise InvalidElf(f"segment {number} ends at byte {end}, the file has {size}")
        if segment.file_size > segment.memory_size:
            raise InvalidElf(f"segment {number} has more bytes in the file than in memory")
        if segment.address + segment.memory_size > 1 << bits:
            raise InvalidElf(f"segment {number} ends beyond the address space")
        yield segment


def _page_end(offset: int) -> int:
    return offset + -offset % mmap.PAGESIZE


def is_part(mapping: MemoryMapping, base: int, segment: Segment, bias: int) -> bool:
    """Return whether *mapping*, of a file at *base*, shows a part of *segment* at that *bias*."""
    offset = mapping.offset - base
    first = segment.offset - segment.offset % mmap.PAGESIZE
    return (
        first <= offset
        and offset + mapping.size <= _page_end(segment.offset + segment.file_size)
        and mapping.start - bias == offset - segment.offset + segment.address
    )


def _accessible(mapping: MemoryMapping) -> bool:
    return bool(mapping.perms.read or mapping.perms.write or mapping.perms.execute)
