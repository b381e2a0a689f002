"""Device and inode of a file as ``maps`` prints them, which ``stat`` may not."""

from __future__ import annotations

import os
from typing import NamedTuple

from procmaps.live.file_identity import mapped_here
from procmaps.live.regular_file import NotRegularError, open_regular
from procmaps.records.mapping import Mapping


class FileIdentity(NamedTuple):
    """What distinguishes files in a line of ``maps``."""

    major: int
    minor: int
    inode: int


def stat_identity(path: bytes) -> FileIdentity:
    """Return device and inode of the file at *path* as ``stat`` gives them. Raises `OSError`."""
    return _identity(os.stat(path))  # noqa: PTH116 - names are bytes


def printed_identity(path: bytes) -> FileIdentity:
    """Return device and inode of the file at *path* as ``maps`` prints them.

    Btrfs and overlayfs give ``stat`` another device, and overlayfs sometimes another inode
    (``ovl_map_dev_ino()``, fs/overlayfs/inode.c). So a page of the file is mapped here, and its
    line is read. What cannot be mapped has what ``stat`` gives: an empty file, a folder, a device,
    which is not opened.

    Raises `OSError` if there is no such file or it cannot be opened.
    """
    try:
        descriptor = open_regular(path)
    except NotRegularError:
        return stat_identity(path)
    try:
        found = os.fstat(descriptor)
        if found.st_size:
            return identity_of(mapped_here(descriptor)) or _identity(found)
        return _identity(found)
    except (PermissionError, ValueError):  # a mount that forbids it, or the file was just emptied
        return stat_identity(path)
    finally:
        os.close(descriptor)


def identity_of(mapping: Mapping | None) -> FileIdentity | None:
    """Return device and inode of *mapping*; None without a file."""
    if mapping is None or not mapping.has_file:
        return None
    return FileIdentity(mapping.device.major, mapping.device.minor, mapping.inode)


def _identity(found: os.stat_result) -> FileIdentity:
    return FileIdentity(os.major(found.st_dev), os.minor(found.st_dev), found.st_ino)
