"""smem: pidmaps(), which all its tables are made from, on our own procfs root.

smem is a script: it is run once for its table of an empty machine, and its functions stay.
"""

import contextlib
import io
import os
import runpy
import sys
import tempfile

from protocol import column, serve

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
    """Convert one of its dictionaries. Its sizes are in units of 1024 bytes."""
    return {
        "start": start,
        "end": region["end"],
        "perms": region["mode"],
        "offset": region["offset"],
        "device": region["device"],
        "inode": region["inode"],
        "name": column(region["name"]),
        "usage": {FIELDS[key]: region[key] for key in FIELDS if key in region},
    }


def prepare(request):
    """Link the request's root to where smem expects `proc`."""
    if os.path.islink(link):
        os.unlink(link)
    os.symlink(request["root"], link)
    return request["pid"]


def convert(regions):
    """Convert its dictionary of start addresses."""
    return [record(start, region) for start, region in regions.items()]


with tempfile.TemporaryDirectory() as machine:
    link = os.path.join(machine, "proc")
    os.symlink(machine, link)
    sys.argv = ["smem", "-H", "-m", "-S", machine]
    with contextlib.redirect_stdout(io.StringIO()):
        smem = runpy.run_path("/usr/bin/smem")
    serve(prepare, smem["pidmaps"], convert)
