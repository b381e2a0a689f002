"""Parse the tables of toybox's pmap, for its two adapters."""

import re

from programs import output
from protocol import column, live, serve

FIELDS = ("Pss", "Private_Dirty", "Swap")
INDENT = b"  ["
# It begins a row of smaps and ends it at the last of three fields. If one is missing, it never ends
# the row.
BEGINNING = re.compile(rb"[0-9a-f]{16} +-?\d+ (?=[0-9a-f]{16} |--------|total)")


def record(match):
    """Convert a row. The fifth character of its mode is not of the dump."""
    found = match.groupdict()
    name = found["name"]
    row = {
        "start": found["start"].decode(),
        "size": found["size"].decode(),
        "perms": found["mode"].decode("latin-1")[:4],
        # Names in brackets are indented.
        "name": column(name[2:] if name.startswith(INDENT) else name),
    }
    usage = {key: found[key].decode() for key in FIELDS if key in found}
    return dict(row, usage=usage) if usage else row


def serve_table(row, other, *options):
    """Serve the table of pmap with *options*: `row` matches a row, `other` its head and foot."""

    def convert(printed):
        for line in BEGINNING.sub(b"", printed).split(b"\n")[:-1]:
            match = row.fullmatch(line)
            if match:
                yield record(match)
            elif not other.fullmatch(line):
                raise ValueError("no row of its table: %r" % line)

    serve(live, lambda pid: output("toybox", "pmap", "-p", *options, str(pid)), convert)
