"""gdb: `info proc mappings`."""

import re

from debugger import Gdb
from protocol import Refused, column, live, perms, serve

ROW = re.compile(
    rb" +(0x[0-9a-f]+) +(0x[0-9a-f]+) +(0x[0-9a-f]+) +(0x[0-9a-f]+)  (\S{4})   (.*)", re.DOTALL
)
HEAD = re.compile(rb"process \d+|Mapped address spaces:|| +Start Addr .*")


def record(match):
    """Convert a row."""
    start, end, size, offset, mode, name = match.groups()
    return {
        "start": start.decode(),
        "end": end.decode(),
        "size": int(size, 16),
        "offset": offset.decode(),
        "perms": perms(mode.decode("latin-1")),
        "name": column(name),
    }


def parse(request):
    """Parse the table after its head. Any other line is an error message of gdb."""
    live(request)
    records = []
    for line in gdb.ask("info proc mappings").split(b"\n"):
        if match := ROW.fullmatch(line):
            records.append(record(match))
        elif not HEAD.fullmatch(line):
            raise Refused(line.decode(errors="backslashreplace"))
    return records


gdb = Gdb()
serve(parse)
