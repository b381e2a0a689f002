"""scanmem: lregions, the regions that a search would visit."""

import re
import subprocess

from programs import output
from protocol import column, live, serve

# handler__lregions() in handlers.c.
ROW = re.compile(
    rb"\[ *\d+\] *(?P<start>[0-9a-f]+), *(?P<size>\d+) bytes, *\w+, *[0-9a-f]+, "
    rb"(?P<perms>\S{3}), (?P<name>.*)",
    re.DOTALL,
)
UNNAMED = b"unassociated"
# The greeting, and lines of the command `reset`.
OTHER = re.compile(rb"info: .*|> .*|Please enter .*|")
GREETING_ENDS = b"`show copying' for details.\n"
# Level 3 is all memory that can be read and written.
COMMANDS = "option region_scan_level 3;reset;lregions;exit"


def call(pid):
    """Run its commands. It prints tables for people on standard error."""
    return output("scanmem", "-p", str(pid), "-c", COMMANDS, stderr=subprocess.STDOUT)


def convert(printed):
    """Convert each row of the table."""
    for line in printed.partition(GREETING_ENDS)[2].split(b"\n"):
        match = ROW.fullmatch(line)
        if match:
            name = match["name"]
            yield {
                "start": match["start"].decode(),
                "size": int(match["size"]),
                "perms": match["perms"].decode("latin-1"),
                "name": column(b"" if name == UNNAMED else name),
            }
        elif not OTHER.fullmatch(line):
            raise ValueError("no row of its table: %r" % line)


serve(live, call, convert)
