"""libdebug: MemoryMap.parse() on each line of the file, opened as its get_process_maps() does.

That function itself makes a list that cannot be without a debugger.
"""

from pathlib import Path

from libdebug.data.memory_map import MemoryMap
from protocol import column, perms, serve


def record(region):
    """Convert one of its maps. It names unnamed memory `anon_` and the address."""
    name = region.backing_file
    return {
        "start": region.start,
        "end": region.end,
        "size": region.size,
        "perms": perms(region.permissions),
        "offset": region.offset,
        "name": column("" if name == "anon_%x" % region.start else name),
    }


def parse(request):
    """Read the file as text, line by line."""
    with Path(request["path"]).open() as maps:
        lines = maps.readlines()
    return [record(MemoryMap.parse(line)) for line in lines]


serve(parse)
