"""python-ptrace: readProcessMappings(), which accepts any object with a PID."""

from protocol import column, device, live, serve
from ptrace.debugger.memory_mapping import readProcessMappings


class Process:
    """The members of a PtraceProcess that it uses."""

    def __init__(self, pid):
        self.pid = pid


def record(region):
    """Convert one of its mappings. Unnamed memory has the pathname None or ''."""
    return {
        "start": region.start,
        "end": region.end,
        "perms": region.permissions,
        "offset": region.offset,
        "device": device(region.major_device, region.minor_device),
        "inode": region.inode,
        "name": column(region.pathname or ""),
    }


process = Process(0)


def prepare(request):
    """Keep the process alive: the mappings have only a weak reference to it."""
    process.pid = live(request)
    return process


serve(prepare, readProcessMappings, lambda regions: map(record, regions))
