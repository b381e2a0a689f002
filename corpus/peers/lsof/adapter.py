"""lsof -p: the files that a process has mapped, each once."""

import os
import subprocess

from protocol import Refused, column, device, live, serve


def call(pid):
    """Request the fields as a program would."""
    command = ["lsof", "-n", "-P", "-w", "-F", "fDin", "-p", str(pid)]
    done = subprocess.run(command, capture_output=True)
    if done.returncode < 0:
        raise SystemExit("lsof: signal %d" % -done.returncode)
    if not done.stdout:
        raise Refused(done.stderr or b"it exited with an error but without a message")
    return done.stdout


def convert(printed):
    """Keep mapped files: `mem` and `DEL`. D is the device, i the inode, n the name."""
    files = []
    for line in printed.split(b"\n"):
        if line[:1] == b"f":
            files.append({})
        if files:
            files[-1][line[:1]] = line[1:]
    for fields in files:
        if fields[b"f"] in (b"mem", b"DEL"):
            number = int(fields[b"D"], 16)
            row = {
                "device": device(os.major(number), os.minor(number)),
                "path": column(fields[b"n"]),
            }
            if b"i" in fields:
                row["inode"] = fields[b"i"].decode()
            yield row


serve(live, call, convert)
