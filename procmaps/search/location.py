"""Where an address is: `Location`."""

from __future__ import annotations

import attrs

from procmaps.errors import AddressNotMapped
from procmaps.live.loaded_module import LoadedModule
from procmaps.records.mapping import Mapping


@attrs.frozen
class Location:
    """The place of one address.

    address   The address.
    mapping   The mapping that contains it; None if no mapping does.
    module    The file that is mapped there and what its headers say; None for memory without a
              file, for a dump, and if the headers were not asked for.
    error     If no mapping contains it: the neighbours, and how far they are.
    """

    address: int
    mapping: Mapping | None
    module: LoadedModule | None = None
    error: AddressNotMapped | None = None

    @property
    def offset(self) -> int | None:
        """Offset in the mapped file, in bytes; None without a file."""
        return None if self.mapping is None else self.mapping.file_offset(self.address)

    @property
    def path(self) -> bytes | None:
        """The path of the mapped file, as `Mapping.path`; None without one."""
        return None if self.mapping is None else self.mapping.path

    @property
    def label(self) -> bytes | None:
        """The label of the memory, as `Mapping.label`; None without one."""
        return None if self.mapping is None else self.mapping.label

    @property
    def build_id(self) -> bytes | None:
        """The GNU build ID of the mapped file; None if it has none, or is not known."""
        return None if self.module is None else self.module.build_id

    @property
    def virtual_address(self) -> int | None:
        """The address as the ELF file has it, for ``addr2line -e`` and others; None if not known.

        In a library that is a member of an archive, it is the address in that library.
        """
        return None if self.module is None else self.module.virtual_address(self.address)
