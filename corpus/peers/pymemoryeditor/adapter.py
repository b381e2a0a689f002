"""PyMemoryEditor: get_memory_regions(); `struct` has the bytes, `path` the same decoded."""

from protocol import column, device, live, serve
from PyMemoryEditor.linux.functions import get_memory_regions


def record(region):
    """Convert one of its regions."""
    raw = region.struct
    return {
        "start": region.address,
        "size": region.size,
        "perms": raw.Privileges.decode("latin-1"),
        "offset": raw.Offset,
        "device": device(raw.MajorID, raw.MinorID),
        "inode": raw.InodeID,
        "name": column(raw.Path),
    }


serve(live, get_memory_regions, lambda regions: map(record, regions))
