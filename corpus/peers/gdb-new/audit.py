"""Print the rows of the latest gdb's `info proc mappings` for one process."""

import os
import subprocess
import sys

program = os.environ["PROCMAPS_PEER"] + "/site/gdb_for_pwndbg/_vendor/bin/gdb"
done = subprocess.run(
    [program, "-nx", "-batch", "-p", sys.argv[3], "-ex", "info proc mappings"],
    env=dict(os.environ, PYTHONHOME=sys.base_prefix), capture_output=True,
)  # fmt: skip
table = done.stdout.partition(b"Mapped address spaces:\n")[2]
head, *rows = table.split(b"\n")[1:]
for row in rows:
    if row[:2] != b"0x":
        continue
    start, end, size, offset = row.split(b"0x", 5)[1:5]
    offset, _, _ = offset.partition(b" ")
    rest = row[head.find(b"Perms") :]
    width = max(5, rest.find(b" "))
    perms, name = rest[:width].strip(), rest[width + 1 : -1]
    values = {
        "start": start.strip(), "end": end.strip(), "size": b"%d" % int(size, 16), "offset": offset,
        "perms": perms, "name": name,
    }  # fmt: skip
    print(*(f"{key}={value.hex()}" for key, value in values.items()))
