"""Open the file of a mapping: `open_backing`."""

from __future__ import annotations

from procmaps.live.backing import Backing
from procmaps.live.backing_search import BackingSearch
from procmaps.live.loaded_image import parts_of
from procmaps.live.present_mapping import present_mapping
from procmaps.live.proc_file_path import Pid, ProcFile, Root, root_path
from procmaps.live.read_proc_file import open_file, read_text
from procmaps.records.mapping import Mapping
from procmaps.snapshots.loading import loads
from procmaps.snapshots.snapshot import Snapshot


def open_backing(
    pid: Pid, mapping: Mapping, *, memory: bool = True, root: Root = "/proc"
) -> Backing:
    """Open the very file that process *pid* shows with *mapping*, for reading.

    The ways are tried in the order of `Backing.how`. Each file that is found must have the device
    and inode of the mapping, as the kernel prints them for a mapping, and the build ID that is in
    the memory of the process. Any other file of that name is refused. The mapping must exist before
    and after, in the same address space.

    Raises `NoBacking` for memory without a file, or with a device; `BackingRefused` with each way
    and its reason, also if only an image can be had and *memory* is False; `MappingGone` if the
    process does not have the mapping any more; `ProcessGone` if it ends or replaces its program
    meanwhile; `ReadFailed`, `AccessDenied` and what else `procmaps.maps` raises.
    """
    file = ProcFile(pid, "maps", None, root_path(root))
    with open_file(file) as handle:

        def read() -> Snapshot:
            handle.seek(0)
            return loads(read_text(handle, file), errors="collect")

        snapshot = read()
        present = present_mapping(mapping, snapshot, file)
        search = BackingSearch(file, present, parts_of(present, snapshot))
        found = search.find(memory=memory)
        try:
            present_mapping(mapping, read(), file)
        except BaseException:
            found.close()
            raise
        return found
