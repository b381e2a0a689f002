"""psutil: Process.memory_maps(grouped=False), on a procfs root of our own."""

import os
import shutil
import tempfile

from protocol import column, serve

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
    """Convert one of psutil's tuples."""
    start, _, end = region.addr.partition("-")
    return {
        "start": start,
        "end": end,
        "perms": region.perms,
        # psutil removes ` (deleted)` if no such file exists: it returns a path, not the column.
        "path": column(region.path),
        "usage": {FIELDS[key]: getattr(region, key) for key in FIELDS},
    }


def prepare(request):
    """Copy the dump to where psutil expects a process's smaps."""
    shutil.copyfile(request["path"], smaps)
    return process


def call(process):
    """Ask for each mapping."""
    return process.memory_maps(grouped=False)


with tempfile.TemporaryDirectory() as psutil.PROCFS_PATH:
    # psutil reads stat and status before smaps: give it those of this process.
    pid = os.getpid()
    folder = os.path.join(psutil.PROCFS_PATH, str(pid))
    os.mkdir(folder)
    for name in ("stat", "%d/stat" % pid, "%d/status" % pid):
        shutil.copyfile("/proc/" + name, os.path.join(psutil.PROCFS_PATH, name))
    smaps = os.path.join(folder, "smaps")
    process = psutil.Process(pid)
    serve(prepare, call, lambda regions: map(record, regions))
