"""Print the rows of pmap -x for one process."""

import re
import subprocess
import sys

done = subprocess.run(["pmap", "-x", "-p", sys.argv[3]], capture_output=True)
if done.returncode:
    sys.stderr.buffer.write(done.stderr)
    sys.exit(3)
found = []
for line in done.stdout.split(b"\n")[2:-3]:
    if re.match(rb"[0-9a-f]{8,} +[0-9]", line):
        found.append(line)
    else:
        # The name before has a newline.
        found[-1] += b"\n" + line
for row in found:
    start, size, rss, rest = row.split(None, 3)
    _dirty, mode, name = rest.split(b" ", 2)
    values = {"start": start, "size": size, "usage.Rss": rss, "perms": mode[:4], "name": name}
    print(*(f"{key}={value.hex()}" for key, value in values.items()))
