"""Parse the tables of pmap, for its three adapters."""

import re
import subprocess

from protocol import Refused, column, live

# mapping_name() in pmap.c prints these for names without a slash and for SysV memory. The column is
# not shown, so it is not judged.
NOT_SHOWN = re.compile(rb"  \[ (?:anon|stack|shmid=0x[0-9a-f]+) \]")


def run(pid, *options):
    """Return the lines that pmap prints for a process, without the first, which names it."""
    done = subprocess.run(["pmap", "-p", *options, str(pid)], capture_output=True)
    if done.returncode < 0:
        # A signal ended it. End too, so that the runner sees a crash.
        raise SystemExit("pmap: signal %d" % -done.returncode)
    if done.returncode != 0:
        raise Refused(
            "pmap exited %d: %s" % (done.returncode, done.stderr.decode(errors="replace"))
        )
    return done.stdout.split(b"\n")[1:-1]


def table(row, *options):
    """Return the parser of a table whose rows match `row`. Other lines are head and foot."""

    def parse(request):
        lines = run(live(request), *options)
        return [record(match) for line in lines if (match := row.fullmatch(line))]

    return parse


def record(match):
    """Convert a row. Mode has five characters; the fourth is `s` for shared memory."""
    found = match.groupdict()
    start, mode = int(found["start"], 16), found["mode"].decode()
    row = {
        "start": start,
        "end": start + int(found["size"]) * 1024,
        "perms": mode[:3] + ("s" if mode[3] == "s" else "p"),
    }
    if "rss" in found:
        row["usage"] = {"Rss": int(found["rss"]) * 1024}
    if not NOT_SHOWN.fullmatch(found["name"]):
        row["name"] = column(found["name"])
    return row
