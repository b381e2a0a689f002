"""Which mappings show one file: `file_key`."""

from __future__ import annotations

from typing import NamedTuple

from procmaps.records.mapping import Mapping


class FileKey(NamedTuple):
    """What two mappings of one file, opened by one name, have in common.

    Device and inode alone are not enough. Each subvolume of a Btrfs file system numbers its inodes
    from 256 on, and the kernel prints the device of the file system for all of them
    (``show_map_vma()``, fs/proc/task_mmu.c). An inode number can also be used again.
    """

    major: int
    minor: int
    inode: int
    name: bytes
    """The path, or the name column of a file without one. A hard link has another one."""


def file_key(mapping: Mapping) -> FileKey:
    """Return the key of the file of *mapping*.

    It stays the same if the file is deleted while ``maps`` is read, but not if it is renamed.
    """
    device, path = mapping.device, mapping.path
    name = mapping.name.raw if path is None else path
    return FileKey(device.major, device.minor, mapping.inode, name)
