"""Print the mappings in a CPU profile of gperftools, which ends with the same list."""

import ctypes

library = ctypes.CDLL("libtcmalloc_and_profiler.so.4")
file = b"/dev/shm/audit.profile"
library.ProfilerStart(file)
library.ProfilerStop()
with open(file, "rb") as profile:
    # A header of five words, the end of three, then the text.
    text = profile.read()[8 * 8 :]
for line in text.split(b"\n"):
    if not line:
        continue
    span, perms, offset, _device, rest = line.split(b" ", 4)
    start, _, end = span.partition(b"-")
    inode, _, name = rest.partition(b" ")
    values = {
        "start": start, "end": end, "perms": perms, "offset": offset, "inode": inode,
        "name": rest[max(12, len(inode) + 1) :],
    }  # fmt: skip
    print(*(f"{key}={value.hex()}" for key, value in values.items()))
