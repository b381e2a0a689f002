"""Print the regions that scanmem lists for one process."""

import subprocess
import sys

commands = b"option region_scan_level 3\nreset\nlregions\nexit\n"
done = subprocess.run(
    ["scanmem", "-p", sys.argv[3]], input=commands, stdout=subprocess.DEVNULL,
    stderr=subprocess.PIPE,
)  # fmt: skip
for line in done.stderr.split(b"\n"):
    head, comma, rest = line.partition(b", ")
    if line[:1] == b"[" and comma:
        size, _kind, _load, perms, name = rest.split(b", ", 4)
        values = {
            "start": head.partition(b"]")[2].strip(), "size": size.split()[0], "perms": perms,
            "name": b"" if name == b"unassociated" else name,
        }  # fmt: skip
        print(*(f"{key}={value.hex()}" for key, value in values.items()))
