"""psutil: Process.memory_maps(grouped=False), on a procfs root of our own."""

import os
import shutil
import tempfile

from protocol import column, perms, serve

import psutil

FIELDS = {
    "rss": "Rss",
    "size": "Size",
    "pss": "Pss",
    "shared_clean": "Shared_Clean",
    "shared_dirty": "Shared_Dirty",
    "private_clean": "Private_Clean",
    "private_dirty": "Private_Dirty",
    "referenced": "Referenced",
    "anonymous": "Anonymous",
    "swap": "Swap",
}


def record(region):
    """Convert one of psutil's tuples. `[anon]` is its documented text for an empty column."""
    start, end = region.addr.split("-")
    return {
        "start": start,
        "end": end,
        "perms": perms(region.perms),
        # psutil removes ` (deleted)` if no such file exists: it returns a path, not the column.
        "path": column(b"" if region.path == "[anon]" else region.path),
        "usage": {FIELDS[key]: getattr(region, key) for key in FIELDS},
    }


def parse(request):
    """Copy the dump to where psutil expects a process's smaps."""
    shutil.copyfile(request["path"], smaps)
    return [record(region) for region in process.memory_maps(grouped=False)]


with tempfile.TemporaryDirectory() as psutil.PROCFS_PATH:
    # psutil reads stat and status before smaps: give it those of this process.
    pid = os.getpid()
    folder = os.path.join(psutil.PROCFS_PATH, str(pid))
    os.mkdir(folder)
    for name in ("stat", "%d/stat" % pid, "%d/status" % pid):
        shutil.copyfile("/proc/" + name, os.path.join(psutil.PROCFS_PATH, name))
    smaps = os.path.join(folder, "smaps")
    process = psutil.Process(pid)
    serve(parse)
