"""pmap -X: all smaps fields that it knows, as columns."""

import re

from protocol import column, live, serve

from pmap import run

PLAIN = {"THPeligible", "ProtectionKey"}
NOT_FIELDS = {"Address", "Perm", "Offset", "Device", "Inode", "Mapping"}


def record(names, cells, mapping):
    """Convert a row. It has the start address and the size."""
    row = dict(zip(names, cells))
    start = int(row["Address"], 16)
    fields = {key: int(value) for key, value in row.items() if key not in NOT_FIELDS}
    return {
        "start": start,
        "end": start + fields["Size"] * 1024,
        "perms": row["Perm"],
        "offset": row["Offset"],
        "device": row["Device"],
        "inode": row["Inode"],
        "name": column(mapping),
        "usage": {key: value if key in PLAIN else value * 1024 for key, value in fields.items()},
    }


def parse(request):
    """Parse the table. Its first line names the columns, a line of = ends it."""
    lines = run(live(request), "-X")
    if not lines:
        return []
    names = lines[0].decode("ascii").split()
    cell = rb" *(\S+)" * (len(names) - 1)
    row = re.compile(cell + rb"(?: (.*))?", re.DOTALL)
    records = []
    for line in lines[1:]:
        if re.fullmatch(rb"[ =]+", line):
            break
        match = row.fullmatch(line)
        if match is None:
            raise ValueError("no row of its table: %r" % line)
        *cells, mapping = match.groups()
        records.append(record(names, [cell.decode("ascii") for cell in cells], mapping or b""))
    return records


serve(parse)
