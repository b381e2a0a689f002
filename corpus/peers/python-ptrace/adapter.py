"""python-ptrace: readProcessMappings(), which takes anything that has a process id."""

from protocol import column, device, live, perms, serve
from ptrace.debugger.memory_mapping import readProcessMappings


class Process:
    """As much of a PtraceProcess as is asked for."""

    def __init__(self, pid):
        self.pid = pid


def record(region):
    """Turn one of its mappings round; memory without a name has the pathname None or ''."""
    return {
        "start": region.start,
        "end": region.end,
        "perms": perms(region.permissions),
        "offset": region.offset,
        "device": device(region.major_device, region.minor_device),
        "inode": region.inode,
        "name": column(region.pathname or ""),
    }


def parse(request):
    """Read the decoy's maps. The mappings hold the process by a weak reference."""
    process = Process(live(request))
    return [record(region) for region in readProcessMappings(process)]


serve(parse)
