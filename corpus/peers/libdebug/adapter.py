"""libdebug: get_process_maps(), which its debugger's maps are made of."""

from types import SimpleNamespace

from libdebug.debugger.internal_debugger_holder import internal_debugger_holder
from libdebug.debugger.internal_debugger_instance_manager import extend_internal_debugger
from libdebug.utils.process_utils import get_process_maps, invalidate_process_cache
from protocol import column, live, serve


class Owner:
    """The list of maps refers to the debugger that asked for it."""


owner = Owner()
internal_debugger_holder.internal_debuggers[owner] = SimpleNamespace()


def prepare(request):
    """Let it read the file again, as after each step of the process."""
    invalidate_process_cache()
    return live(request)


def call(pid):
    """Call it as PtraceInterface.get_maps() does."""
    with extend_internal_debugger(owner):
        return get_process_maps(pid)


def record(region):
    """Convert one of its maps."""
    return {
        "start": region.start,
        "end": region.end,
        "size": region.size,
        "perms": region.permissions,
        "offset": region.offset,
        "name": column(region.backing_file),
    }


serve(prepare, call, lambda regions: map(record, regions))
