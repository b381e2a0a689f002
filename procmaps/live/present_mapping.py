"""Whether a process still has a mapping that was read before."""

from __future__ import annotations

from procmaps.errors import MappingGone
from procmaps.live.proc_file_path import ProcFile
from procmaps.records.mapping import Mapping
from procmaps.snapshots.snapshot import Snapshot


def same_mapping(old: Mapping, new: Mapping) -> bool:
    """Return whether *new*, which contains the start of *old*, shows the same file or memory.

    ``mprotect(2)`` may have split or merged it. Of anonymous memory the kind of name must be the
    same; a label may have changed.
    """
    if (old.device, old.inode) != (new.device, new.inode):
        return False
    if old.has_file:
        return new.offset - new.start == old.offset - old.start
    return old.name.kind == new.name.kind or {old.name.kind, new.name.kind} <= {"anonymous", "anon"}


def present_mapping(mapping: Mapping, snapshot: Snapshot, file: ProcFile) -> Mapping:
    """Return the mapping of *snapshot*, just read from *file*, that is *mapping* now.

    Raises `MappingGone` with the line that the process has there, and `TypeError` for anything but
    a `Mapping`.
    """
    if not isinstance(mapping, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"expected a Mapping, not {type(mapping).__name__}")
    found = snapshot.mapping_at(mapping.start)
    if found is None or not same_mapping(mapping, found):
        line = b"" if found is None else str(found).encode("utf-8", "surrogateescape")
        raise MappingGone(file.who, file.path, mapping.start, mapping.end, line)
    return found
