"""Where many addresses are: `Locations`."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import overload

from procmaps.engines.find_rows import NO_ROW, find_rows
from procmaps.errors import AddressNotMapped
from procmaps.live.loaded_module import LoadedModule
from procmaps.records.mapping import Mapping
from procmaps.search.location import Location
from procmaps.snapshots.problem import Problem
from procmaps.snapshots.snapshot import Snapshot


class Locations(Sequence[Location]):
    """The places of addresses, in their order; each `Location` is made when it is looked at.

    All rows are found at once, which takes less time than a reading of the maps of a process.
    """

    def __init__(
        self, snapshot: Snapshot, addresses: Sequence[int], modules: dict[int, LoadedModule]
    ) -> None:
        """*modules* are by the start of their mappings."""
        self._snapshot = snapshot
        self._addresses = addresses
        self._modules = modules
        self._rows = rows_at(snapshot, addresses)

    @property
    def problems(self) -> Sequence[Problem]:
        """Lines of the maps that could not be read, and torn texts: `Snapshot.problems`."""
        return self._snapshot.problems

    def mappings(self) -> Iterator[Mapping]:
        """Yield each mapping that contains an address, once, ascending."""
        yield from (self._snapshot[row] for row in sorted({*self._rows} - {NO_ROW}))

    def __len__(self) -> int:
        return len(self._addresses)

    @overload
    def __getitem__(self, index: int) -> Location: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Location, ...]: ...
    def __getitem__(self, index: int | slice) -> Location | tuple[Location, ...]:
        if isinstance(index, slice):
            return tuple(self[each] for each in range(len(self))[index])
        address, row = self._addresses[index], self._rows[index]
        if row == NO_ROW:
            return Location(address, None, None, _not_mapped(self._snapshot, address))
        mapping = self._snapshot[row]
        return Location(address, mapping, self._modules.get(mapping.start))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Locations | list | tuple):
            return NotImplemented
        return [*self] == [*other]

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        missing = sum(row == NO_ROW for row in self._rows)
        return f"<Locations: {len(self)} addresses, {missing} not mapped>"


def rows_at(snapshot: Snapshot, addresses: Sequence[int]) -> array[int]:
    """Return the row of the mapping that contains each of *addresses*; `NO_ROW` where none does.

    The same as `Snapshot.mapping_at` for each, without records.
    """
    columns = snapshot.columns
    if snapshot.ascending:
        return find_rows(columns.start, columns.end, addresses)
    found = (snapshot.mapping_at(address) for address in addresses)
    rows = {(each.start, each.end): row for row, each in enumerate(snapshot)}
    return array("I", [NO_ROW if each is None else rows[each.start, each.end] for each in found])


def _not_mapped(snapshot: Snapshot, address: int) -> AddressNotMapped:
    try:
        snapshot.to_file(address)
    except AddressNotMapped as error:
        return error
    raise AssertionError("a mapping contains the address after all")
