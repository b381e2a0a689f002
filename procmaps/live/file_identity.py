"""Whether an open file is the one that a mapping shows.

``maps`` prints the inode's own super block and number (``show_map_vma()``, fs/proc/task_mmu.c);
``stat(2)`` asks the file system, and overlayfs and btrfs answer with another device. So where they
differ, the file is mapped here, too: the kernel prints the same for both mappings of one file.
"""

from __future__ import annotations

import mmap
import os

import attrs

from procmaps.live.anon_names import address_of
from procmaps.live.querier import query
from procmaps.records.device import Device
from procmaps.records.mapping import Mapping


@attrs.frozen
class Identity:
    """The result of a comparison."""

    same: bool
    reason: str
    """The evidence, or how the files differ, as a clause."""


def identify(descriptor: int, mapping: Mapping) -> Identity:
    """Compare the open regular file *descriptor* with the file of *mapping*.

    Raises `OSError` if the file cannot be examined.
    """
    found = os.fstat(descriptor)
    device = Device(os.major(found.st_dev), os.minor(found.st_dev))
    if (device, found.st_ino) == (mapping.device, mapping.inode):
        return Identity(same=True, reason="device and inode are those of the mapping")
    wanted = f"the mapped file has device {mapping.device} and inode {mapping.inode}"
    shown = f"its device is {device} and its inode {found.st_ino}"
    if found.st_ino != mapping.inode and device == mapping.device:
        return Identity(same=False, reason=f"it is another file: {shown}, {wanted}")
    if not found.st_size:
        return Identity(same=False, reason=f"an empty file proves nothing: {shown}, {wanted}")
    here = mapped_here(descriptor)
    if here is None or (here.device, here.inode) != (mapping.device, mapping.inode):
        return Identity(same=False, reason=f"it is another file: {shown}, {wanted}")
    return Identity(
        same=True,
        reason=f"mapped here, it has the device and inode of the mapping (stat: device {device})",
    )


def mapped_here(descriptor: int) -> Mapping | None:
    """Map a page of a file that is not empty into this process, and return its line of ``maps``."""
    with mmap.mmap(
        descriptor, 1, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE
    ) as memory:
        found = query("self", address_of(memory))
    return found.mapping if found else None
