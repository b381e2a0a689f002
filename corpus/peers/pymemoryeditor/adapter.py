"""PyMemoryEditor: get_memory_regions(); `struct` holds the bytes, `path` is the same decoded."""

from protocol import column, device, live, perms, serve
from PyMemoryEditor.linux.functions import get_memory_regions


def record(region):
    """Turn one of its regions round."""
    raw = region.struct
    return {
        "start": region.address,
        "size": region.size,
        "perms": perms(raw.Privileges.decode("latin-1")),
        "offset": raw.Offset,
        "device": device(raw.MajorID, raw.MinorID),
        "inode": raw.InodeID,
        "name": column(raw.Path),
    }


def parse(request):
    """Read the decoy's maps."""
    return [record(region) for region in get_memory_regions(live(request))]


serve(parse)
