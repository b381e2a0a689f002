"""Print the mapped files that lsof lists for one process."""

import subprocess
import sys

command = ["lsof", "-nPw", "-p", sys.argv[3], "-F", "fDin0"]
done = subprocess.run(command, capture_output=True)
if not done.stdout:
    sys.exit(3)
for line in done.stdout.split(b"\0\n"):
    fields = {field[:1]: field[1:] for field in line.split(b"\0")}
    if fields.get(b"f") in (b"mem", b"DEL"):
        device = int(fields[b"D"], 16)
        values = {
            "major": b"%d" % (device >> 8 & 0xFFF), "path": fields[b"n"],
            "minor": b"%d" % (device & 0xFF | device >> 12 & 0xFFF00),
        }  # fmt: skip
        if b"i" in fields:
            values["inode"] = fields[b"i"]
        print(*(f"{key}={value.hex()}" for key, value in values.items()))
