"""pmap -X: the smaps fields of a mapping as columns."""

import re

from protocol import column, live, serve

from pmap import rows, run

HEADER = {"Perm": "perms", "Offset": "offset", "Device": "device", "Inode": "inode"}


def record(columns, line):
    """Convert a row. Each column is aligned to the right, the name follows the last one."""
    row, usage, begin = {}, {}, 0
    for key, end in columns:
        cell = line[begin:end].strip(b" ").decode("ascii")
        begin = end
        if key == "Address":
            row["start"] = cell
        elif key in HEADER:
            row[HEADER[key]] = cell
        elif cell:
            usage[key] = cell
    if line[begin : begin + 1] not in (b" ", b""):
        raise ValueError("the columns are not aligned: %r" % line)
    return dict(row, usage=usage, name=column(line[begin + 1 :]))


def convert(printed):
    """Convert each row. The first line names the columns, a line of = ends the table."""
    lines = rows(printed)
    if not lines:
        return
    columns = [(match[0].decode("ascii"), match.end()) for match in re.finditer(rb"\S+", lines[0])]
    for line in lines[1:]:
        if re.fullmatch(rb"[ =]+", line):
            return
        yield record(columns[:-1], line)


serve(live, lambda pid: run(pid, "-X"), convert)
