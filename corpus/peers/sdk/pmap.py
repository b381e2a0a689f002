"""pmap's tables, read back: what its three adapters share."""

import re
import subprocess

from protocol import Refused, column, live

# mapping_name() in pmap.c writes these for whatever has no slash in its name, and for SysV memory:
# the column is not shown, so there is nothing to judge.
NOT_SHOWN = re.compile(rb"  \[ (?:anon|stack|shmid=0x[0-9a-f]+) \]")


def run(pid, *options):
    """Give the lines that pmap prints for a process, without the first, which names it."""
    done = subprocess.run(["pmap", "-p", *options, str(pid)], capture_output=True)
    if done.returncode < 0:
        # It died of a signal: so do we, and the runner sees a crash.
        raise SystemExit("pmap: signal %d" % -done.returncode)
    if done.returncode != 0:
        raise Refused(
            "pmap exited %d: %s" % (done.returncode, done.stderr.decode(errors="replace"))
        )
    return done.stdout.split(b"\n")[1:-1]


def table(row, *options):
    """Make the parser for a table whose rows match `row`; other lines are head and foot."""

    def parse(request):
        lines = run(live(request), *options)
        return [record(match) for line in lines if (match := row.fullmatch(line))]

    return parse


def record(match):
    """Turn a row round. Mode has five places: the fourth is `s` where it is shared."""
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
