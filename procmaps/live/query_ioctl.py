"""The ioctl ``PROCMAP_QUERY``: its structure and its call. Nothing is interpreted here.

Source: ``struct procmap_query``, include/uapi/linux/fs.h, and ``do_procmap_query()``,
fs/proc/task_mmu.c, 6.11; unchanged in 7.1.
"""

from __future__ import annotations

import enum
import struct
from array import array
from io import FileIO
from threading import Lock

import attrs

PROCMAP_QUERY = 0xC0686611
"""``_IOWR('f', 17, struct procmap_query)``."""

_LAYOUT = struct.Struct("=9Q4I2Q")
"""size, query_flags, query_addr, vma_start, vma_end, vma_flags, vma_page_size, vma_offset, inode;
dev_major, dev_minor, vma_name_size, build_id_size; vma_name_addr, build_id_addr."""

_NAME_SIZE = 4096
"""Bytes of the name buffer. The kernel uses at most ``PATH_MAX``; a longer name is an error."""

_BUILD_ID_SIZE = 64
"""Bytes of the build ID buffer. ``BUILD_ID_SIZE_MAX`` is 20."""


class MappingFilter(enum.IntFlag):
    """Properties that a mapping must have to be found, all of them. The values are the kernel's."""

    READABLE = 0x01
    WRITABLE = 0x02
    EXECUTABLE = 0x04
    SHARED = 0x08
    FILE_BACKED = 0x20
    """Has a file of any kind, including shared anonymous memory and memfds."""


COVERING_OR_NEXT = 0x10
"""Flag: find the first mapping that ends above the address, at any distance."""

ACCESS = 0x0F
"""The permission bits of `MappingFilter` and of `QueryReply.flags`."""


@attrs.frozen
class QueryReply:
    """The fields that the kernel filled in; 0 or empty if they do not apply."""

    start: int
    end: int
    flags: int
    page_size: int
    offset: int
    inode: int
    major: int
    minor: int
    name: bytes
    """The name from ``d_path()``, unescaped and without the final NUL."""
    build_id: bytes


class QueryIoctl:
    """The ioctl on one open ``maps`` file, with buffers for all its calls.

    Threads may share it; a lock makes their calls one after another.
    """

    def __init__(self, file: FileIO) -> None:
        from fcntl import ioctl  # noqa: PLC0415 - reading dumps works on systems without it

        self._ioctl = ioctl
        self._file = file
        self._name = array("B", bytes(_NAME_SIZE))
        self._build_id = array("B", bytes(_BUILD_ID_SIZE))
        self._name_address = self._name.buffer_info()[0]
        self._name_bytes = memoryview(self._name)
        self._lock = Lock()

    def __call__(self, address: int, flags: int, *, build_id: bool = False) -> QueryReply:
        """Make the call; repeat it if a signal interrupts it.

        Raises `OSError`: ENOENT for no match, ENOTTY or EINVAL if the kernel does not have the
        ioctl, ENAMETOOLONG for a name of 4096 bytes or more, ESRCH if the address space is gone.
        Raises `ValueError` if the file is closed.
        """
        id_size, id_address = 0, 0
        if build_id:
            id_size, id_address = _BUILD_ID_SIZE, self._build_id.buffer_info()[0]
        request = bytearray(
            _LAYOUT.pack(
                *(_LAYOUT.size, flags, address, 0, 0, 0, 0, 0, 0),
                *(0, 0, _NAME_SIZE, id_size),
                *(self._name_address, id_address),
            )
        )
        with self._lock:
            while True:
                try:
                    self._ioctl(self._file, PROCMAP_QUERY, request, True)  # noqa: FBT003 - fcntl takes no keywords
                except InterruptedError:
                    continue
                break
            values: tuple[int, ...] = _LAYOUT.unpack(request)
            start, end, found, page_size, offset, inode, major, minor, name_size, id_size = values[
                3:13
            ]
            name = self._name_bytes[: max(0, name_size - 1)].tobytes()
            found_id = self._build_id[:id_size].tobytes() if build_id else b""
        return QueryReply(start, end, found, page_size, offset, inode, major, minor, name, found_id)
