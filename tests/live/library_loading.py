"""Children that load the library that `elf_files.LIBRARY` describes, from a file or an archive."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

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


def write_archive(path: Path, members: Mapping[str, bytes]) -> dict[str, int]:
    """Write an archive as of an Android package: stored members that begin at whole pages.

    Return their offsets.
    """
    offsets: dict[str, int] = {}
    with zipfile.ZipFile(path, "w") as file:
        for name, text in members.items():
            info = zipfile.ZipInfo(name)
            # A header of 30 bytes, the name, and an extra field of 4 bytes and padding.
            fixed = file.start_dir + 30 + len(name) + 4
            padding = -fixed % 4096
            info.extra = b"\xfe\xca" + padding.to_bytes(2, "little") + bytes(padding)
            file.writestr(info, text)
            offsets[name] = fixed + padding
    return offsets
