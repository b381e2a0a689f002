"""Print what Perl's split returns for each line."""

import subprocess
import sys

program = 'my @a = split /\\s+/, $_; print "$_\\n" for map { $a[$_] // "" } 0 .. 5'
command = ["perl", "-ne", program]

done = subprocess.run([*command, sys.argv[1]], capture_output=True)
if done.returncode:
    sys.stderr.buffer.write(done.stderr)
    sys.exit(3)
# Each column is a line.
columns = iter(done.stdout.split(b"\n")[:-1])
for address, perms, offset, device, inode, name in zip(*[columns] * 6):
    start, end = [*address.split(b"-"), b""][:2]
    values = {
        "start": start, "end": end, "perms": perms, "offset": offset, "device": device,
        "inode": inode, "name": name,
    }  # fmt: skip
    print(*(f"{key}={value.hex()}" for key, value in values.items()))
