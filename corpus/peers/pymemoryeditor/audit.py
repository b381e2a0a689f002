"""Print what PyMemoryEditor returns for one process."""

import sys

from PyMemoryEditor.linux.functions import get_memory_regions

for region in get_memory_regions(int(sys.argv[3])):
    raw = region.struct
    values = {
        "start": b"%x" % region.address, "size": b"%d" % region.size, "offset": b"%x" % raw.Offset,
        "perms": raw.Privileges, "inode": b"%d" % raw.InodeID, "major": b"%d" % raw.MajorID,
        "minor": b"%d" % raw.MinorID, "name": raw.Path,
    }  # fmt: skip
    print(*(f"{key}={value.hex()}" for key, value in values.items()))
