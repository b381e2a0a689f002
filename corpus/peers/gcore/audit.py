"""Print the segments and file names of a core that gdb writes of one process."""

import os
import struct
import subprocess
import sys

PT_LOAD, PT_NOTE = 1, 4
pid, core = sys.argv[3], f"/dev/shm/core.{sys.argv[3]}"
with open(f"/proc/{pid}/coredump_filter", "w") as kinds:
    kinds.write("0x1ff")
steps = ["-ex", "set dump-excluded-mappings on", "-ex", f"gcore {core}"]
done = subprocess.run(["gdb", "-nx", "-batch", "-p", pid, *steps], capture_output=True)
if not os.path.exists(core):
    sys.stderr.buffer.write(done.stdout + done.stderr)
    sys.exit(3)
with open(core, "rb") as file:
    head = file.read(64)
    (table,) = struct.unpack("<Q", head[32:40])
    (count,) = struct.unpack("<H", head[56:58])
    file.seek(table)
    segments = [struct.unpack("<IIQQQQQQ", file.read(56)) for _ in range(count)]
    notes = b""
    for kind, _, offset, _, _, size, _, _ in segments:
        if kind == PT_NOTE:
            file.seek(offset)
            notes = file.read(size)
os.unlink(core)
# NT_FILE: a note named CORE of type FILE: count, page size, then start, end and offset of each.
at = notes.find(b"ELIFCORE\0")
files = {}
if at >= 0:
    body = notes[at + 12 :]
    number, page = struct.unpack("<QQ", body[:16])
    names = body[16 + 24 * number :].split(b"\0")
    for index in range(number):
        start, _, offset = struct.unpack("<QQQ", body[16 + 24 * index : 40 + 24 * index])
        files[start] = offset * page, names[index]
for kind, _, _, start, _, _, size, _ in segments:
    if kind == PT_LOAD:
        offset, name = files.get(start, (0, b""))
        values = {"start": b"%x" % start, "size": b"%d" % size, "offset": b"%x" % offset}
        print(*(f"{key}={value.hex()}" for key, value in {**values, "name": name}.items()))
