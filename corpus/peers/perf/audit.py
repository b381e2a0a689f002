"""Print the mappings that perf records of one process at its start."""

import subprocess
import sys

file = "/dev/shm/audit.data"
record = ["perf", "record", "-q", "-d", "-e", "dummy:u", "-N", "-m", "1", "-o", file]
done = subprocess.run([*record, "-p", sys.argv[3], "--", "true"], capture_output=True)
if done.returncode == 0:
    script = ["perf", "script", "--show-mmap-events", "-i", file]
    done = subprocess.run(script, capture_output=True)
if done.returncode:
    sys.stderr.buffer.write(done.stderr)
    sys.exit(3)
for line in done.stdout.split(b"\n"):
    before, found, event = line.partition(b"PERF_RECORD_MMAP")
    # -1 is the kernel itself.
    if not found or b" -1/" in event.partition(b"[")[0]:
        continue
    place, _, text = event.partition(b"[")[2].partition(b"]: ")
    span, _, rest = place.partition(b" @ ")
    start, _, size = span[:-1].partition(b"(")
    offset, device, inode, _ = rest.split(b" ")
    perms, _, name = text.partition(b" ")
    values = {
        "start": start, "size": b"%d" % int(size, 16), "offset": offset, "device": device,
        "inode": inode, "perms": perms, "name": name,
    }  # fmt: skip
    print(*(f"{key}={value.hex()}" for key, value in values.items()))
