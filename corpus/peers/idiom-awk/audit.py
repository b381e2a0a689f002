"""Print the first six fields of awk for each line."""

import subprocess
import sys

command = ["awk", "{ for (n = 1; n < 7; n++) print $n }"]

done = subprocess.run([*command, sys.argv[1]], capture_output=True)
if done.returncode:
    sys.stderr.buffer.write(done.stderr)
    sys.exit(3)
# Each column is a line.
columns = iter(done.stdout.split(b"\n")[:-1])
for address, perms, offset, device, inode, name in zip(*[columns] * 6):
    start, _, end = address.partition(b"-")
    values = {
        "start": start, "end": end, "perms": perms, "offset": offset, "device": device,
        "inode": inode, "name": name,
    }  # fmt: skip
    print(*(f"{key}={value.hex()}" for key, value in values.items()))
