"""Print what python-linux-procfs returns for one process."""

import os
import sys

import procfs

NAMES = "Rss Pss Shared_Clean Shared_Dirty Private_Clean Private_Dirty Referenced Anonymous"
NAMES += " AnonHugePages Swap SwapPss Locked KernelPageSize MMUPageSize"
for entry in procfs.smaps(int(sys.argv[3])):
    values = {
        "start": b"%x" % entry.vm_start, "end": b"%x" % entry.vm_end,
        "offset": b"%x" % entry.offset,
        "perms": entry.perms.encode(), "device": f"{entry.major}:{entry.minor}".encode(),
        "inode": b"%d" % entry.inode, "name": os.fsencode(entry.name or ""),
    }  # fmt: skip
    for key in NAMES.split():
        if key.lower() in entry.tags:
            values["usage." + key] = str(entry[key]).encode()
    print(*(f"{key}={value.hex()}" for key, value in values.items()))
