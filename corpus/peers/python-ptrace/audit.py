"""Print what python-ptrace returns for one process."""

import sys
from types import SimpleNamespace

from ptrace.debugger.memory_mapping import readProcessMappings


class Process(SimpleNamespace):
    """An object with a PID, which can have weak references."""


process = Process(pid=int(sys.argv[3]))
for m in readProcessMappings(process):
    values = {
        "start": f"{m.start:x}", "end": f"{m.end:x}", "offset": f"{m.offset:x}",
        "perms": m.permissions, "inode": m.inode, "major": m.major_device, "minor": m.minor_device,
        "name": "" if m.pathname is None else m.pathname,
    }  # fmt: skip
    print(*(f"{key}={str(value).encode().hex()}" for key, value in values.items()))
