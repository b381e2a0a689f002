"""A module of a process, with what its file says: `LoadedModule`."""

from __future__ import annotations

import attrs

from procmaps._arguments import as_address
from procmaps.live.backing_routes import How
from procmaps.mapped_files.elf_layout import ElfLayout
from procmaps.mapped_files.module import Module


@attrs.frozen
class LoadedModule:
    """A file that a process has mapped, and what its headers say.

    A *virtual address* is an address as the ELF file has it: ``readelf`` prints it, and
    ``addr2line -e`` takes it.
    """

    module: Module
    """The mappings."""
    how: How | None
    """How the file was reached, as `Backing.how`; None if it was not."""
    build_id: bytes | None
    """The GNU build ID; None if the file has none, or was not reached."""
    layout: ElfLayout | None
    """The ELF header; None for a file that is no ELF file, or was not reached."""
    bias: int | None
    """What the addresses exceed the virtual addresses by; 0 for a program at fixed addresses. None
    without a header, and for an ELF file that was only mapped to be read."""
    problems: tuple[str, ...] = ()
    """Why something is missing, as clauses."""

    @property
    def bss(self) -> tuple[int, int] | None:
        """Start and end of the memory after the file's bytes, to whole pages at the end.

        None if there is none, or it is not known.
        """
        if self.layout is None or self.bias is None:
            return None
        start, end = self.layout.bss() or (0, 0)
        return (start + self.bias, end + self.bias) if start < end else None

    @property
    def relro(self) -> tuple[int, int] | None:
        """Start and end of the memory that is read-only after relocation, by ``PT_GNU_RELRO``."""
        if self.layout is None or self.bias is None or self.layout.relro is None:
            return None
        address, size = self.layout.relro
        return address + self.bias, address + size + self.bias

    def virtual_address(self, address: int) -> int | None:
        """Return the virtual address of *address* in the process; None if the file has none there.

        Raises `TypeError` if *address* is no integer.
        """
        wanted = as_address(address)
        if self.layout is None:
            return None
        if self.bias is not None:
            found = wanted - self.bias
            return found if self.layout.contains(found) else None
        if wanted not in self.module:
            return None
        offset = self.module.to_offset(wanted)
        return None if offset is None else self.layout.virtual_address(offset)
