"""Print the rows of pmap for one process."""

import re
import subprocess
import sys

done = subprocess.run(["pmap", "-p", sys.argv[3]], capture_output=True)
if done.returncode:
    sys.stderr.buffer.write(done.stderr)
    sys.exit(3)
found = []
for line in done.stdout.split(b"\n")[1:-2]:
    if re.match(rb"[0-9a-f]{8,} +[0-9]", line):
        found.append(line)
    else:
        # The name before has a newline.
        found[-1] += b"\n" + line
for row in found:
    numbers, _, rest = row.partition(b"K ")
    mode, _, name = rest.partition(b" ")
    start, size = numbers.split()
    values = {"start": start, "size": size, "perms": mode[:4], "name": name}
    print(*(f"{key}={value.hex()}" for key, value in values.items()))
