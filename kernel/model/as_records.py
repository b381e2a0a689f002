"""A space as the library's records, which the library renders as ``/proc/PID/maps``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kernel.model.space import Space
from kernel.model.vma import PAGE, File, Flag, Vma
from procmaps.producers import rendering
from procmaps.records import names
from procmaps.records.device import Device
from procmaps.records.mapping import Mapping as MappingRecord
from procmaps.records.perms import Perms

# The letters of the permissions column, in its order.
_LETTERS = ((Flag.READ, "r"), (Flag.WRITE, "w"), (Flag.EXEC, "x"))
Inode = tuple[int, int, int]
"""Major, minor, inode. The model takes them from the kernel."""


def _shown_name(space: Space, vma: Vma) -> names.Name:
    """``get_vma_name()``: return a path or shared label, special name, heap, stack, or label."""
    label = vma.text
    if vma.file is not None:
        if label is not None:
            return names.AnonShmemName.of(label)
        return rendering.path_name(vma.file.path, deleted=vma.file.nameless)
    if vma.special is not None:
        return vma.special
    if space.features.heap_touches:
        heap = vma.start <= space.brk and vma.end >= space.start_brk
    else:
        heap = vma.start < space.brk and vma.end > space.start_brk
    if heap:
        return names.Heap()
    if vma.start <= space.start_stack <= vma.end:
        return names.Stack()
    return names.Unnamed() if label is None else names.AnonName.of(label)


def mapping(space: Space, vma: Vma, inodes: Mapping[File, Inode]) -> MappingRecord:
    """Return a mapping as a record. Raises ``KeyError`` for a file that is not in *inodes*."""
    letters = "".join(letter if vma.flags & flag else "-" for flag, letter in _LETTERS)
    major, minor, inode = inodes[vma.file] if vma.file else (0, 0, 0)
    return MappingRecord(
        start=vma.start,
        end=vma.end,
        perms=Perms.from_text(letters + ("s" if vma.flags & Flag.SHARED else "p")),
        # show_map_vma() prints the offset of files only
        offset=vma.offset * PAGE if vma.file else 0,
        device=Device(major, minor),
        inode=inode,
        name=_shown_name(space, vma),
    )


def mappings(
    space: Space, inodes: Mapping[File, Inode], vmas: Iterable[Vma] | None = None
) -> list[MappingRecord]:
    """Return the mappings as records, in the order of their addresses."""
    chosen = space.vmas if vmas is None else vmas
    return [mapping(space, vma, inodes) for vma in chosen]
