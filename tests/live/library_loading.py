"""Children that load the library that `elf_files.LIBRARY` describes."""

from __future__ import annotations

import os

import pytest

LOAD = """
def load(path, base=0):
    "Map the segments of the library that `elf_files.LIBRARY` describes, as ld.so does."
    fd = os.open(path, os.O_RDONLY)
    libc.mmap.restype = ctypes.c_void_p
    def map_at(where, pages, access, offset):
        flags = 2 | (0x10 if where else 0)  # MAP_PRIVATE, MAP_FIXED
        start = libc.mmap(ctypes.c_void_p(where), ctypes.c_size_t(pages * PAGE),
                          access, flags, fd, ctypes.c_long(base + offset))
        assert start != 2 ** 64 - 1
        return start
    start = map_at(0, 9, 1, 0)
    assert libc.munmap(ctypes.c_void_p(start), ctypes.c_size_t(9 * PAGE)) == 0
    map_at(start, 2, 1, 0)
    map_at(start + 2 * PAGE, 2, 5, 2 * PAGE)
    map_at(start + 4 * PAGE, 1, 1, 4 * PAGE)
    map_at(start + 5 * PAGE, 2, 3, 4 * PAGE)
    anonymous = libc.mmap(ctypes.c_void_p(start + 7 * PAGE), ctypes.c_size_t(2 * PAGE), 3,
                          0x32, -1, ctypes.c_long(0))
    assert anonymous == start + 7 * PAGE
    protect(start + 5 * PAGE, PAGE, 1)
    os.close(fd)
    return start
"""

PAGES = pytest.mark.skipif(os.sysconf("SC_PAGE_SIZE") != 4096, reason="the library has 4 kB pages")
