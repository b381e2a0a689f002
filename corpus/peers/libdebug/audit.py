"""Print what libdebug parses from one process's maps: each line by MemoryMap.parse()."""

import sys

from libdebug.data.memory_map import MemoryMap

with open(f"/proc/{sys.argv[3]}/maps") as maps:
    found = [MemoryMap.parse(line) for line in maps]
for m in found:
    values = {
        "start": f"{m.start:x}", "end": f"{m.end:x}", "size": m.size, "perms": m.permissions,
        "offset": f"{m.offset:x}", "name": m.backing_file,
    }  # fmt: skip
    print(*(f"{key}={str(value).encode().hex()}" for key, value in values.items()))
