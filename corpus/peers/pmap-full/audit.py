"""Print the rows of pmap -X for one process."""

import subprocess
import sys

done = subprocess.run(["pmap", "-X", "-p", sys.argv[3]], capture_output=True)
if done.returncode:
    sys.stderr.buffer.write(done.stderr)
    sys.exit(3)
lines = done.stdout.split(b"\n")[1:]
width = lines[0].rindex(b" Mapping")
names = lines[0][:width].decode().split()
members = {"Address": "start", "Perm": "perms", "Offset": "offset", "Device": "device",
           "Inode": "inode"}  # fmt: skip
for row in lines[1:]:
    if not row.strip(b" ="):
        break
    cells = row[:width].split()
    values = {members.get(n, "usage." + n): c for n, c in zip(names, cells, strict=True)}
    values["name"] = row[width + 1 :]
    print(*(f"{key}={value.hex()}" for key, value in values.items()))
