"""smem: pidmaps(), which all its tables are made from, on our own procfs root.

smem is a script: it is run once for its table of an empty machine, and its functions stay.
"""

import contextlib
import io
import os
import runpy
import sys
import tempfile

from protocol import column, perms, serve

NO_NAME = "<anonymous>"
# The fields that its tables use: pidtotals() and maptotals().
FIELDS = {
    "size": "Size",
    "rss": "Rss",
    "pss": "Pss",
    "shared_clean": "Shared_Clean",
    "shared_dirty": "Shared_Dirty",
    "private_clean": "Private_Clean",
    "private_dirty": "Private_Dirty",
    "referenced": "Referenced",
    "swap": "Swap",
}


def record(start, region):
    """Convert one of its dictionaries."""
    return {
        "start": start,
        "end": region["end"],
        "perms": perms(region["mode"]),
        "offset": region["offset"],
        "device": region["device"],
        "inode": region["inode"],
        "name": column("" if region["name"] == NO_NAME else region["name"]),
        "usage": {FIELDS[key]: region[key] * 1024 for key in FIELDS if key in region},
    }


def parse(request):
    """Link the request's root to where smem expects `proc`, and read it."""
    if os.path.islink(link):
        os.unlink(link)
    os.symlink(request["root"], link)
    return [record(start, region) for start, region in smem["pidmaps"](request["pid"]).items()]


with tempfile.TemporaryDirectory() as machine:
    link = os.path.join(machine, "proc")
    os.symlink(machine, link)
    sys.argv = ["smem", "-H", "-m", "-S", machine]
    with contextlib.redirect_stdout(io.StringIO()):
        smem = runpy.run_path("/usr/bin/smem")
    serve(parse)
