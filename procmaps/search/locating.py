"""`locate`: the places of many addresses, in a process or a dump."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from procmaps._arguments import as_address
from procmaps.errors import AddressNotMapped
from procmaps.live.loaded_module import LoadedModule
from procmaps.live.loaded_modules import read_modules
from procmaps.live.proc_file_path import Pid, ProcFile, Root, root_path
from procmaps.live.process_snapshots import RETRIES, first_untorn
from procmaps.live.read_proc_file import open_file, read_text
from procmaps.records.mapping import Mapping
from procmaps.search.file_identity import identity_of
from procmaps.search.location import Location
from procmaps.snapshots.loading import loads
from procmaps.snapshots.snapshot import Snapshot


def locate(
    source: Pid | Snapshot,
    addresses: Iterable[int],
    *,
    headers: bool = True,
    root: Root = "/proc",
) -> list[Location]:
    """Find the mapping, the file and the offset in it of each of *addresses*, in their order.

    *source* is a process, whose ``maps`` is read once, or a snapshot. Of a process, the mapped
    files at these addresses are opened, also if their paths lead elsewhere by now, for build IDs
    and the virtual addresses that symbolizers take; *headers* false leaves that out. A snapshot
    says nothing of the contents of files.

    An address that no mapping contains has a `Location.error` with the neighbours.

    Raises `ProcessGone` if the process ends or replaces its program meanwhile, and what
    `procmaps.maps` raises; `TypeError` for an address that is no integer.
    """
    wanted = [as_address(address) for address in addresses]
    if isinstance(source, Snapshot):
        return [*_locations(source, wanted)]
    file = ProcFile(source, "maps", None, root_path(root))
    with open_file(file) as handle:

        def read() -> Snapshot:
            handle.seek(0)
            return loads(read_text(handle, file), errors="collect")

        snapshot = first_untorn(read, RETRIES)
        found = [*_locations(snapshot, wanted)]
        if not headers:
            return found
        files = {key for each in found if (key := identity_of(each.mapping))}
        modules = read_modules(file, snapshot, read, files)
    by_start = {each.start: module for module in modules for each in _parts(module)}
    return [
        each
        if each.mapping is None or (module := by_start.get(each.mapping.start)) is None
        else Location(each.address, each.mapping, module)
        for each in found
    ]


def _parts(module: LoadedModule) -> Iterator[Mapping]:
    """Yield the mappings whose addresses the file has: its own, and ``.bss``."""
    yield from module.module.mappings
    yield from module.module.anonymous
    tail, bss = module.module.tail, module.bss
    if tail is not None and bss is not None and bss[0] < tail.end and tail.start < bss[1]:
        yield tail


def _locations(snapshot: Snapshot, addresses: Sequence[int]) -> Iterator[Location]:
    for address, row in zip(addresses, rows_at(snapshot, addresses), strict=True):
        if row is None:
            yield Location(address, None, None, _not_mapped(snapshot, address))
        else:
            yield Location(address, snapshot[row])


def rows_at(snapshot: Snapshot, addresses: Sequence[int]) -> list[int | None]:
    """Return the row of the mapping that contains each of *addresses*; None where none does.

    A binary search for each, as `Snapshot.mapping_at` makes it, without records.
    """
    columns = snapshot.columns
    if not snapshot.ascending:
        found = (snapshot.mapping_at(address) for address in addresses)
        rows = {(each.start, each.end): row for row, each in enumerate(snapshot)}
        return [None if each is None else rows[each.start, each.end] for each in found]
    starts, ends = columns.start, columns.end
    above = [bisect_right(starts, address) for address in addresses]
    return [
        row - 1 if row and address < ends[row - 1] else None
        for address, row in zip(addresses, above, strict=True)
    ]


def _not_mapped(snapshot: Snapshot, address: int) -> AddressNotMapped:
    try:
        snapshot.to_file(address)
    except AddressNotMapped as error:
        return error
    raise AssertionError("a mapping contains the address after all")
