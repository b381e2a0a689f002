"""Run pmap and parse its tables, for its three adapters."""

import subprocess

from protocol import Refused, column, live, serve


def run(pid, *options):
    """Return what pmap prints for a process."""
    done = subprocess.run(["pmap", "-p", *options, str(pid)], capture_output=True)
    if done.returncode < 0:
        # A signal ended it. End too, so that the runner sees a crash.
        raise SystemExit("pmap: signal %d" % -done.returncode)
    if done.returncode != 0:
        raise Refused(done.stderr or b"it exited with an error but without a message")
    return done.stdout


def rows(printed):
    """Return the lines but the first, which names the process."""
    return printed.split(b"\n")[1:-1]


def record(match):
    """Convert a row. The fifth character of its mode is not of the dump."""
    found = match.groupdict()
    row = {
        "start": found["start"].decode(),
        "size": found["size"].decode(),
        "perms": found["mode"].decode("latin-1")[:4],
        "name": column(found["name"]),
    }
    if "rss" in found:
        row["usage"] = {"Rss": found["rss"].decode()}
    return row


def table(printed, row, other):
    """Yield the rows. A name may have newlines: any line that is no row or foot continues it."""
    text = None
    for line in [*rows(printed), None]:
        begins = line is not None and row.fullmatch(line)
        if line is None or begins or other.fullmatch(line):
            if text is not None:
                yield record(row.fullmatch(text))
            text = line if begins else None
        elif text is None:
            raise ValueError("no row of its table: %r" % line)
        else:
            text += b"\n" + line


def serve_table(row, other, *options):
    """Serve the table of pmap with *options*: `row` matches a row, `other` its head and foot."""

    serve(live, lambda pid: run(pid, *options), lambda printed: table(printed, row, other))
