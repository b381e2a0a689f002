"""Print the segments of files that valgrind lists when it starts."""

import subprocess
import sys

bind = "mount --bind /dev/shm/maps /proc/$$/maps; exec valgrind --tool=none -d -d true"
done = subprocess.run(["sh", "-c", bind], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
read = done.stdout.partition(b"Reading /proc/self/maps\n")[2]
if b">>>" not in read:
    sys.exit(read.decode(errors="backslashreplace"))
names = {}
for line in read.partition(b">>>")[0].split(b"\n"):
    _, _, text = line.partition(b": aspacem ")
    text = text.strip(b" ") if b": FILE " in text else text[2:]
    if text[:1] == b"(":
        key, _, name = text.partition(b") ")
        names[tuple(key[1:].split(b",")[:2])] = name
    elif b": FILE " in text:
        span, *words = text.partition(b": FILE ")[2].split()
        start, _, stop = span.partition(b"-")
        number = int(words[2][4:], 16)
        key = tuple(words[-1].strip(b"()").split(b","))
        values = {
            "start": start, "end": b"%x" % (int(stop, 16) + 1), "perms": words[1][:3],
            "major": b"%d" % (number >> 8 & 0xFFF),
            "minor": b"%d" % (number & 0xFF | number >> 12 & 0xFFF00),
            "inode": words[3][2:], "offset": b"%x" % int(words[4][2:]),
            "name": names.get(key, b""),
        }  # fmt: skip
        print(*(f"{key}={value.hex()}" for key, value in values.items()))
