"""gdb: `info proc mappings`."""

import re

from debugger import Gdb
from protocol import column, live, serve

# linux_info_proc() in linux-tdep.c: the permissions are padded to five characters.
ROW = re.compile(
    rb" +(0x[0-9a-f]+) +(0x[0-9a-f]+) +(0x[0-9a-f]+) +(0x[0-9a-f]+)  (\S{5,}|.{5})  (.*)", re.DOTALL
)
HEAD = re.compile(rb"process \d+|Mapped address spaces:|| +Start Addr .*")


def call(_pid):
    """Ask for the table."""
    return gdb.ask("info proc mappings")


def convert(table):
    """Convert each row."""
    for line in table.split(b"\n"):
        match = ROW.fullmatch(line)
        if match:
            start, end, size, offset, mode, name = match.groups()
            yield {
                "start": start.decode(),
                "end": end.decode(),
                "size": int(size, 16),
                "offset": offset.decode(),
                "perms": mode.decode("latin-1").rstrip(" "),
                "name": column(name),
            }
        elif not HEAD.fullmatch(line):
            raise ValueError("no row of its table: %r" % line)


gdb = Gdb()
serve(live, call, convert)
