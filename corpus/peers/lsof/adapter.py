"""lsof -p: the files that a process has mapped, each once."""

import os
import re
import subprocess

from protocol import Refused, column, device, live, serve

# What lsof adds to a name (printname() in print.c, process_proc_map() in dproc.c).
REMARK = re.compile(rb" \((?:path dev=|path inode=|stat: ).*\)")
# How lsof shows unprintable characters (its manual, "OUTPUT").
SHOWN = re.compile(rb"\\x([0-9a-f]{2})|\\([bfnrt\\])|\^([@-_?])")
C_ESCAPES = dict(zip(b"bfnrt\\", b"\b\f\n\r\t\\"))


def shown(match):
    """Return the byte of an escape of lsof."""
    if match[1]:
        return bytes([int(match[1], 16)])
    if match[2]:
        return bytes([C_ESCAPES[match[2][0]]])
    return bytes([match[3][0] ^ 0x40])


def record(fields):
    """Convert one file: D is the device, i the inode, n the name."""
    number = int(fields[b"D"], 16)
    row = {
        "device": device(os.major(number), os.minor(number)),
        "path": column(SHOWN.sub(shown, REMARK.sub(b"", fields[b"n"]))),
    }
    if b"i" in fields:
        row["inode"] = fields[b"i"].decode()
    return row


def parse(request):
    """Request the fields as a program would, and keep mapped files: `mem` and `DEL`."""
    done = subprocess.run(
        ["lsof", "-n", "-P", "-w", "-F", "fDin", "-p", str(live(request))], capture_output=True
    )
    if done.returncode < 0:
        raise SystemExit("lsof: signal %d" % -done.returncode)
    files = []
    for line in done.stdout.split(b"\n"):
        if line[:1] == b"f":
            files.append({})
        if files:
            files[-1][line[:1]] = line[1:]
    if not files:
        raise Refused(
            "lsof exited %d: %s" % (done.returncode, done.stderr.decode(errors="replace"))
        )
    return [record(found) for found in files if found[b"f"] in (b"mem", b"DEL")]


serve(parse)
