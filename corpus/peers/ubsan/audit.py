"""Print the mappings that the sanitizer's runtime lists when it ends a program."""

import os
import subprocess

bind = 'mount --bind /dev/shm/maps /proc/$$/maps; exec "$PROCMAPS_HELPER"'
settings = dict(os.environ, UBSAN_OPTIONS="halt_on_error=1,print_module_map=2")
done = subprocess.run(["sh", "-c", bind], env=settings, stderr=subprocess.PIPE)
if done.returncode < 0:
    os.kill(os.getpid(), -done.returncode)
for line in done.stderr.partition(b"follows:\n")[2].split(b"\n"):
    if line[:3] != b"\t0x":
        break
    span, _, name = line[1:].partition(b"\t")
    start, _, end = span.partition(b"-")
    values = {"start": start, "end": end, "name": name}
    print(*(f"{key}={value.hex()}" for key, value in values.items()))
