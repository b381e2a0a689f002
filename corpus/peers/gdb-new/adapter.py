"""The latest gdb, as it is packed for pwndbg: `info proc mappings`."""

import os
import re
import sys

from debugger import Gdb
from protocol import column, live, serve

# linux_info_proc() in linux-tdep.c: a space follows each column, and each has a least width.
ROW = re.compile(rb"(0x[0-9a-f]+) +(0x[0-9a-f]+) +(0x[0-9a-f]+) +(0x[0-9a-f]+)(.*) ", re.DOTALL)
OFFSET, PERMS = 18, 5
HEAD = re.compile(rb"process \d+|Mapped address spaces:||Start Addr .*")
SITE = os.path.join(os.environ["PROCMAPS_PEER"], "site")
PROGRAM = os.path.join(SITE, "gdb_for_pwndbg", "_vendor", "bin", "gdb")


def convert(table):
    """Convert each row."""
    for line in table.split(b"\n"):
        match = ROW.fullmatch(line)
        if match:
            start, end, size, offset, rest = match.groups()
            rest = rest[max(OFFSET - len(offset), 0) + 1 :]
            mode = rest.partition(b" ")[0]
            name = rest[max(PERMS, len(mode)) + 1 :]
            yield {
                "start": start.decode(),
                "end": end.decode(),
                "size": int(size, 16),
                "offset": offset.decode(),
                "perms": mode.decode("latin-1"),
                "name": column(name),
            }
        elif not HEAD.fullmatch(line):
            raise ValueError("no row of its table: %r" % line)


# It embeds a Python that looks for its own library there.
gdb = Gdb(PROGRAM, PYTHONHOME=sys.base_prefix)
serve(live, lambda _pid: gdb.ask("info proc mappings"), convert)
