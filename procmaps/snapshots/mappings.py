"""A selection of the mappings of a snapshot: `Mappings`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import SupportsIndex, overload

from procmaps._arguments import BytesOrStr, as_address, as_bytes
from procmaps.records.mapping import Mapping
from procmaps.records.names import Name


def summary(count: int, starts: Iterable[int], ends: Iterable[int]) -> str:
    """Return the number of mappings and the range of their addresses, for a ``repr``."""
    if not count:
        return "no mappings"
    return f"{count} mapping{'s' * (count > 1)}, {min(starts):#x}-{max(ends):#x}"


def column_of(name: BytesOrStr | Name) -> bytes:
    """Return the name column of *name*, which is a text or a record."""
    return name.raw if isinstance(name, Name) else as_bytes(name)


class Mappings(tuple[Mapping, ...]):
    """A tuple of mappings that is searched like a `Snapshot`.

    Slices and searches of a snapshot return it. It is no snapshot because it has no text: lines
    that cannot be parsed are not part of any mapping, and some lines are parsed differently if
    their neighbours are missing. Every search is linear.
    """

    __slots__ = ()

    def __contains__(self, item: object) -> bool:
        if isinstance(item, Mapping):
            return super().__contains__(item)
        return self.mapping_at(as_address(item)) is not None

    @overload
    def __getitem__(self, index: SupportsIndex) -> Mapping: ...
    @overload
    def __getitem__(self, index: slice) -> Mappings: ...
    def __getitem__(self, index: SupportsIndex | slice) -> Mapping | Mappings:
        if isinstance(index, slice):
            return Mappings(super().__getitem__(index))
        return super().__getitem__(index)

    def __repr__(self) -> str:
        starts, ends = (m.start for m in self), (m.end for m in self)
        return f"<Mappings: {summary(len(self), starts, ends)}>"

    def mapping_at(self, address: int) -> Mapping | None:
        """Return the mapping that contains *address*, or None; the last one if several do."""
        wanted = as_address(address)
        return next((mapping for mapping in reversed(self) if wanted in mapping), None)

    def overlapping(self, start: int, end: int) -> Mappings:
        """Return the mappings with at least one byte from *start* up to *end*, exclusive."""
        first, limit = as_address(start), as_address(end)
        return Mappings(m for m in self if max(m.start, first) < min(m.end, limit))

    def by_name(self, name: BytesOrStr | Name) -> Mappings:
        """Return the mappings whose whole name column is *name*, given as text or as a record."""
        column = column_of(name)
        return Mappings(mapping for mapping in self if mapping.name.raw == column)
