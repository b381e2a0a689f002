"""python-linux-procfs: procfs.smaps()."""

import procfs
from protocol import column, live, serve

# Its own tags are in lower case.
KEYS = (
    "Rss", "Pss", "Shared_Clean", "Shared_Dirty", "Private_Clean", "Private_Dirty", "Referenced",
    "Anonymous", "AnonHugePages", "Swap", "SwapPss", "Locked", "KernelPageSize", "MMUPageSize",
)  # fmt: skip


def record(entry):
    """Convert an entry."""
    tags = entry.tags
    return {
        "start": entry.vm_start,
        "end": entry.vm_end,
        "perms": entry.perms,
        "offset": entry.offset,
        "device": "%s:%s" % (entry.major, entry.minor),
        "inode": str(entry.inode),
        "name": column(entry.name or ""),
        "usage": {key: tags[key.lower()] for key in KEYS if key.lower() in tags},
    }


serve(live, procfs.smaps, lambda smaps: map(record, smaps.entries))
