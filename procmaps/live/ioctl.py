"""The ioctl ``PROCMAP_QUERY``: its structure, and one call of it. Nothing is interpreted here.

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

NAME_ROOM = 4096
"""``PATH_MAX``: the kernel takes no more of a larger buffer, so a longer name has no answer."""

_BUILD_ID_ROOM = 64
"""``BUILD_ID_SIZE_MAX`` is 20."""


class MappingFilter(enum.IntFlag):
    """What a mapping must be to be found: all of these. The values are the kernel's."""

    READABLE = 0x01
    WRITABLE = 0x02
    EXECUTABLE = 0x04
    SHARED = 0x08
    FILE_BACKED = 0x20
    """A file of any kind: shared anonymous memory and memfds too."""


COVERING_OR_NEXT = 0x10
"""The first mapping that ends above the address, be it far above."""

ACCESS = 0x0F
"""The bits of `MappingFilter`, and of an answer's flags, that are permissions."""


@attrs.frozen
class Reply:
    """What the kernel wrote back; 0 and b"" where it had nothing to say."""

    start: int
    end: int
    flags: int
    page_size: int
    offset: int
    inode: int
    major: int
    minor: int
    name: bytes
    """As ``d_path()`` gave it: a newline is a newline here. Without the final NUL."""
    build_id: bytes


class Caller:
    """Buffers for the ioctl on one open ``maps`` file, used again in every call.

    Threads may share it; they take turns.
    """

    def __init__(self, file: FileIO) -> None:
        from fcntl import ioctl  # noqa: PLC0415 - dumps are read where there is no such module, too

        self._ioctl = ioctl
        self._file = file
        self._name = array("B", bytes(NAME_ROOM))
        self._build_id = array("B", bytes(_BUILD_ID_ROOM))
        self._name_place = self._name.buffer_info()[0]
        self._name_bytes = memoryview(self._name)
        self._lock = Lock()

    def __call__(self, address: int, flags: int, *, build_id: bool = False) -> Reply:
        """Ask once; a call that a signal interrupts is made again.

        Raises `OSError`: ENOENT for no match, ENOTTY or EINVAL where the ioctl is not known,
        ENAMETOOLONG for a name of 4096 bytes or more, ESRCH where the address space is gone.
        Raises `ValueError` once the file is closed.
        """
        id_room, id_place = 0, 0
        if build_id:
            id_room, id_place = _BUILD_ID_ROOM, self._build_id.buffer_info()[0]
        request = bytearray(
            _LAYOUT.pack(
                *(_LAYOUT.size, flags, address, 0, 0, 0, 0, 0, 0),
                *(0, 0, NAME_ROOM, id_room),
                *(self._name_place, id_place),
            )
        )
        with self._lock:
            while True:
                try:
                    self._ioctl(self._file, PROCMAP_QUERY, request, True)  # noqa: FBT003 - its own way
                except InterruptedError:
                    continue
                break
            values: tuple[int, ...] = _LAYOUT.unpack(request)
            start, end, found, page_size, offset, inode, major, minor, name_size, id_size = values[
                3:13
            ]
            name = self._name_bytes[: max(0, name_size - 1)].tobytes()
            built = self._build_id[:id_size].tobytes() if build_id else b""
        return Reply(start, end, found, page_size, offset, inode, major, minor, name, built)
