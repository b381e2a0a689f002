"""Print what libgtop returns for one process."""

import ctypes
import struct
import sys

library = ctypes.CDLL("libgtop-2.0.so.11")
library.glibtop_get_proc_map.restype = ctypes.c_void_p
summary = (ctypes.c_uint64 * 4)()
found = library.glibtop_get_proc_map(summary, int(sys.argv[3]))
size = struct.calcsize("=15Q216s")
text = ctypes.string_at(found, summary[1] * size)
for entry in struct.iter_unpack("=15Q216s", text):
    _flags, start, end, offset, perm, inode, device = entry[:7]
    letters = "".join(x if perm >> n & 1 else "-" for n, x in enumerate("rwx"))
    letters += "s" if perm & 8 else "p" if perm & 16 else ""
    values = {
        "start": b"%x" % start, "end": b"%x" % end, "offset": b"%x" % offset,
        "perms": letters.encode(), "inode": b"%d" % inode, "major": b"%d" % (device // 256),
        "minor": b"%d" % (device % 256), "name": entry[15].split(b"\0")[0],
    }  # fmt: skip
    print(*(f"{key}={value.hex()}" for key, value in values.items()))
