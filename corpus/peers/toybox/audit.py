"""Print the rows of toybox's pmap for one process."""

import subprocess
import sys

done = subprocess.run(["toybox", "pmap", "-p", sys.argv[3]], capture_output=True)
if done.returncode:
    sys.stderr.buffer.write(done.stderr)
    sys.exit(3)
for row in done.stdout.split(b"\n")[1:]:
    # The foot may be at the end of the last row.
    if not row[:1].isalnum() or row.startswith(b"total"):
        continue
    start, size, rest = row.split(None, 2)
    mode, _, name = rest.partition(b" ")
    name = name[2:] if name[:3] == b"  [" else name
    values = {"start": start, "size": size[:-1], "perms": mode[:4], "name": name}
    print(*(f"{key}={value.hex()}" for key, value in values.items()))
