"""Print the complete rows of toybox's pmap -x for one process."""

import subprocess
import sys

ADDRESS = 16

done = subprocess.run(["toybox", "pmap", "-p", "-x", sys.argv[3]], capture_output=True)
if done.returncode:
    sys.stderr.buffer.write(done.stderr)
    sys.exit(3)
# The foot follows a row that it has not ended.
rows = done.stdout.rpartition(b"----------------  ------")[0].split(b"\n")[2:-1]
for row in rows:
    words = row.split(b" ")
    # The first word that is no number is the mode. The five before it are the row's own.
    at = next(
        n for n, word in enumerate(words) if word and not word.isdigit() and len(word) < ADDRESS
    )
    start, size, pss, dirty, swap = [word for word in words[:at] if word][-5:]
    mode, name = words[at], b" ".join(words[at + 1 :])
    name = name[2:] if name[:3] == b"  [" else name
    values = {
        "start": start, "size": size, "usage.Pss": pss, "usage.Private_Dirty": dirty,
        "usage.Swap": swap, "perms": mode[:4], "name": name,
    }  # fmt: skip
    print(*(f"{key}={value.hex()}" for key, value in values.items()))
