"""`locate`: the places of many addresses, in a process or a dump."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence

from procmaps._arguments import as_address
from procmaps.live.loaded_module import LoadedModule
from procmaps.live.loaded_modules import read_modules
from procmaps.live.proc_file_path import Pid, ProcFile, Root, root_path
from procmaps.live.process_snapshots import RETRIES, first_untorn
from procmaps.live.read_proc_file import open_file, read_text
from procmaps.records.file_key import file_key
from procmaps.records.mapping import Mapping
from procmaps.search.locations import Locations
from procmaps.snapshots.loading import loads
from procmaps.snapshots.snapshot import Snapshot


def locate(
    source: Pid | Snapshot,
    addresses: Iterable[int],
    *,
    headers: bool = True,
    root: Root = "/proc",
) -> Locations:
    """Find the mapping, the file and the offset in it of each of *addresses*, in their order.

    *source* is a process, whose ``maps`` is read once, or a snapshot. Of a process, the mapped
    files at these addresses are opened, also if their paths lead elsewhere by now, for build IDs
    and the virtual addresses that symbolizers take; *headers* false leaves that out. A snapshot
    says nothing of the contents of files.

    An address that no mapping contains has a `Location.error` with the neighbours. Lines that
    cannot be read, and torn texts, are `Locations.problems`.

    Raises `ProcessGone` if the process ends or replaces its program meanwhile, and what
    `procmaps.maps` raises; `TypeError` for an address that is no integer.
    """
    wanted = _as_addresses([*addresses])
    if isinstance(source, Snapshot):
        return Locations(source, wanted, {})
    file = ProcFile(source, "maps", None, root_path(root))
    with open_file(file) as handle:

        def read() -> Snapshot:
            handle.seek(0)
            return loads(read_text(handle, file), errors="collect")

        snapshot = first_untorn(read, RETRIES)
        found = Locations(snapshot, wanted, {})
        if not headers:
            return found
        files = {file_key(each) for each in found.mappings() if each.has_file}
        modules = read_modules(file, snapshot, read, files)
    by_start = {each.start: module for module in modules for each in _parts(module)}
    return Locations(snapshot, wanted, by_start)


def _as_addresses(given: list[int]) -> Sequence[int]:
    """Return *given* as 64-bit numbers, if they are. Raises `TypeError` for another type."""
    try:
        return array("Q", given)  # checks all of them at once
    except (TypeError, OverflowError):
        return [*map(as_address, given)]


def _parts(module: LoadedModule) -> Iterator[Mapping]:
    """Yield the mappings whose addresses the file has: its own, and ``.bss``."""
    yield from module.module.mappings
    yield from module.module.anonymous
    tail, bss = module.module.tail, module.bss
    if tail is not None and bss is not None and bss[0] < tail.end and tail.start < bss[1]:
        yield tail
