"""gdb's gcore: the segments of the core file that it writes, and the names of its NT_FILE note.

A core file has no names but those of files, so only those are judged. BFD makes every segment
readable: their flags say nothing of the mapping.
"""

import os
import struct

from debugger import Gdb
from protocol import Refused, column, live, serve

CORE = "/dev/shm/core"
PT_LOAD, PT_NOTE, NT_FILE = 1, 4, 0x46494C45


def segments(core):
    """Yield (type, offset, address, size in file, size in memory) of each segment."""
    core.seek(0)
    head = core.read(64)
    (table,) = struct.unpack_from("<Q", head, 32)
    size, count = struct.unpack_from("<HH", head, 54)
    for index in range(count):
        core.seek(table + index * size)
        kind, _, offset, address, _, in_file, in_memory, _ = struct.unpack(
            "<IIQQQQQQ", core.read(56)
        )
        yield kind, offset, address, in_file, in_memory


def mapped_files(notes):
    """Return the offset and name of each entry of NT_FILE, by start address."""
    files, at = {}, 0
    while at < len(notes):
        name_size, size, kind = struct.unpack_from("<III", notes, at)
        body = at + 12 + (name_size + 3) // 4 * 4
        if kind == NT_FILE:
            count, page = struct.unpack_from("<QQ", notes, body)
            names = notes[body + 16 + 24 * count : body + size].split(b"\0")
            for index in range(count):
                start, _, offset = struct.unpack_from("<QQQ", notes, body + 16 + 24 * index)
                files[start] = offset * page, names[index]
        at = body + (size + 3) // 4 * 4
    return files


def call(_pid):
    """Let gdb write the core. Without a core, its message is the reason."""
    said = gdb.ask("gcore " + CORE)
    if not os.path.exists(CORE):
        raise Refused(said)


def convert(_nothing):
    """Read the core file, and delete it."""
    loads, files = [], {}
    with open(CORE, "rb") as core:
        for kind, offset, address, in_file, in_memory in segments(core):
            if kind == PT_NOTE:
                core.seek(offset)
                files = mapped_files(core.read(in_file))
            elif kind == PT_LOAD:
                loads.append((address, in_memory))
    os.unlink(CORE)
    for address, size in loads:
        offset, name = files.get(address, (0, b""))
        yield {"start": address, "size": size, "offset": offset, "name": column(name)}


# Dump every kind of memory (coredump_filter in core(5)), including VM_DONTDUMP.
with open("/proc/%s/coredump_filter" % os.environ["PROCMAPS_DECOY_PID"], "w") as kinds:
    kinds.write("0x1ff")
gdb = Gdb()
gdb.ask("set dump-excluded-mappings on")
serve(live, call, convert)
