"""Print the maps in the object that Android's libbacktrace makes of one process."""

import ctypes
import struct
import sys

library = ctypes.CDLL("/usr/lib/x86_64-linux-gnu/android/libbacktrace.so.0")
create = library["_ZN12BacktraceMap6CreateEib"]
create.restype = ctypes.c_void_p
found = create(int(sys.argv[3]), 0)
if not found:
    sys.exit("BacktraceMap::Create returned no object")
# After its table of functions and its pid: a std::deque of structures of 72 bytes, 7 in a block.
_map, _size, at, _first, last, node, end = struct.unpack("=7Q", ctypes.string_at(found + 16, 56))
while at != end:
    start, stop, offset, _bias, flags, _pad, text, length = struct.unpack(
        "=4QiiQQ", ctypes.string_at(at, 56)
    )
    letters = "".join(x if flags >> n & 1 else "-" for n, x in enumerate("rwx"))
    values = {
        "start": b"%x" % start, "end": b"%x" % stop, "offset": b"%x" % offset,
        "perms": letters.encode(), "name": ctypes.string_at(text, length),
    }  # fmt: skip
    print(*(f"{key}={value.hex()}" for key, value in values.items()))
    at += 72
    if at == last:
        node += 8
        (at,) = struct.unpack("=Q", ctypes.string_at(node, 8))
        last = at + 7 * 72
