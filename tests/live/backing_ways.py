"""Files that a child maps, and searches without some of the ways to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from procmaps import Mapping
from procmaps.live.backing_routes import Route, routes
from procmaps.live.proc_file_path import ProcFile

MAP = """
def mapped(path):
    fd = os.open(path, os.O_RDONLY)
    memory = mmap.mmap(fd, PAGE, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE)
    os.close(fd)
    return memory
"""


def without(*ways: str) -> Callable[[Mapping, ProcFile], Iterator[Route]]:
    """Return `routes` as they are for a caller who may not take some ways."""

    def fewer(mapping: Mapping, file: ProcFile) -> Iterator[Route]:
        return (route for route in routes(mapping, file) if route.how not in ways)

    return fewer
