"""Print what the shell's read puts into six variables for each line."""

import subprocess
import sys

program = 'while read -r a b c d e f; do printf "%s\\n" "$a" "$b" "$c" "$d" "$e" "$f"; done < "$1"'
command = ["sh", "-c", program, "sh"]

done = subprocess.run([*command, sys.argv[1]], capture_output=True)
if done.returncode:
    sys.stderr.buffer.write(done.stderr)
    sys.exit(3)
# Each column is a line.
columns = iter(done.stdout.split(b"\n")[:-1])
for address, perms, offset, device, inode, name in zip(*[columns] * 6):
    # ${a%-*} and ${a#*-} leave a text without a dash as it is.
    start, end = address.rsplit(b"-", 1)[0], address.split(b"-", 1)[-1]
    values = {
        "start": start, "end": end, "perms": perms, "offset": offset, "device": device,
        "inode": inode, "name": name,
    }  # fmt: skip
    print(*(f"{key}={value.hex()}" for key, value in values.items()))
