"""Print the rows of gdb's `info proc mappings` for one process."""

import subprocess
import sys

command = ["gdb", "-nx", "-batch", "-ex", "set width 0", "-p", sys.argv[3]]
done = subprocess.run([*command, "-ex", "info proc mappings"], capture_output=True)
table = done.stdout.partition(b"Mapped address spaces:\n")[2]
for row in table.split(b"\n")[2:]:
    if row.startswith(b"[Inferior") or not row:
        continue
    start, end, size, rest = row.split(None, 3)
    offset, _, rest = rest.partition(b"  ")
    width = max(5, len(rest.split(b" ")[0]))
    values = {
        "start": start, "end": end, "size": b"%d" % int(size, 16), "offset": offset,
        "perms": rest[:width].rstrip(), "name": rest[width + 2 :],
    }  # fmt: skip
    print(*(f"{key}={value.hex()}" for key, value in values.items()))
