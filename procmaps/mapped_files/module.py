"""The mappings of one loaded file: `Module`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import attrs

from procmaps._arguments import as_address
from procmaps.mapped_files.archive_member import ArchiveMember
from procmaps.records.device import Device
from procmaps.records.mapping import Mapping
from procmaps.records.names import FileBacked, Name


@attrs.frozen
class Module:
    """A file that was mapped once: its mappings in order, usually the segments of a library.

    mappings    The mappings of the file, ascending; at least one.
    anonymous   Anonymous memory in their midst, ascending: ``.bss`` between segments, and pages
                that the program replaced by others.
    tail        Anonymous memory directly after a writable last mapping. ``.bss`` begins there if it
                needs more pages than the file has, but the memory may as well be another's, and the
                kernel merges neighbours: only the ELF header says (`LoadedModule.bss`).
    copy        0 for the first module of its file in the snapshot, 1 for the second …
    offset      Offset in the file at which the module starts: 0, or its place in an archive.
    member      The member of the archive that is mapped; None if it is no archive, or not known.
    """

    mappings: tuple[Mapping, ...]
    anonymous: tuple[Mapping, ...] = ()
    tail: Mapping | None = None
    copy: int = 0
    offset: int = 0
    member: ArchiveMember | None = None

    @property
    def name(self) -> Name:
        """The name column of the first mapping."""
        return self.mappings[0].name

    @property
    def path(self) -> bytes | None:
        """The most likely path of the file, as `Mapping.path`."""
        return self.mappings[0].path

    @property
    def device(self) -> Device:
        """Device of the file, as its mappings have it."""
        return self.mappings[0].device

    @property
    def inode(self) -> int:
        """Inode of the file."""
        return self.mappings[0].inode

    @property
    def deleted(self) -> bool:
        """True if ``maps`` shows the file as deleted: unlinked, or replaced by another."""
        return isinstance(self.name, FileBacked) and self.name.deleted

    @property
    def start(self) -> int:
        """First address."""
        return self.mappings[0].start

    @property
    def end(self) -> int:
        """End address, exclusive, without the tail."""
        return max(each.end for each in (*self.mappings, *self.anonymous))

    @property
    def base(self) -> int:
        """Address of the module's first byte, or where it would be if it is not mapped.

        For a shared library or a position-independent program this is what debuggers call the load
        address. It may be negative if only the end of a file is mapped.
        """
        return self.start - (self.mappings[0].offset - self.offset)

    @property
    def text(self) -> tuple[int, int] | None:
        """First address and end of the executable mappings; None if there are none."""
        found = [each for each in self.mappings if each.perms.execute]
        return (found[0].start, found[-1].end) if found else None

    @property
    def gaps(self) -> tuple[tuple[int, int], ...]:
        """Start and end of each range within it that is not mapped, or is mapped by others."""
        own = sorted((*self.mappings, *self.anonymous), key=lambda each: each.start)
        return tuple(
            (one.end, other.start) for one, other in pairwise(own) if one.end < other.start
        )

    @property
    def relro(self) -> Mapping | None:
        """The mapping that was made read-only after relocation, if it can be seen; else None.

        It is the start of a writable segment: ``mprotect(2)`` has split it. A linker that gives
        these pages a segment of their own leaves no trace here; the ELF header has it.
        """
        for one, other in pairwise(self.mappings):
            if (
                (one.end, one.offset + one.size) == (other.start, other.offset)
                and str(one.perms) == "r--p"
                and str(other.perms) == "rw-p"
            ):
                return one
        return None

    def __contains__(self, address: object) -> bool:
        wanted = as_address(address)
        return any(wanted in each for each in (*self.mappings, *self.anonymous))

    def to_offset(self, address: int) -> int | None:
        """Return the offset in the module of the byte at *address*; None for anonymous memory.

        Raises `ValueError` if *address* is not in the module, `TypeError` if it is no integer.
        """
        wanted = as_address(address)
        for each in self.mappings:
            if wanted in each:
                return wanted - each.start + each.offset - self.offset
        if wanted in self:
            return None
        msg = f"{wanted:#x} is not in the module {self.start:#x}-{self.end:#x}"
        raise ValueError(msg)

    def to_addresses(self, offset: int) -> tuple[int, ...]:
        """Return every address that shows the byte at *offset* of the module, ascending."""
        return tuple(self._addresses(as_address(offset) + self.offset))

    def _addresses(self, offset: int) -> Iterator[int]:
        for each in self.mappings:
            if each.offset <= offset < each.offset + each.size:
                yield each.start + offset - each.offset
