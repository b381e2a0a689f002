"""Whether the pages of a mapping are of a file, of shared memory or of hugetlbfs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, Literal

import attrs

from procmaps.formats.page_bits import FRAME_FLAGS
from procmaps.pages.frame_files import FrameFile
from procmaps.usage.tables import Table

Kind = Literal["file", "shmem", "hugetlb"]

File = tuple[int, int, int]
"""The major and minor number of the device, and the inode."""

_SHMEM_KINDS: Final = frozenset(("memfd", "shared_zero", "sysv", "anon_shmem", "ashmem"))
"""Kinds of names that only shared memory has; see `procmaps.records.names`."""

_MOUNT: Final = re.compile(rb"^[0-9]+ [0-9]+ ([0-9]+):([0-9]+) .* - (?:dev)?tmpfs ", re.MULTILINE)
"""A line of ``mountinfo`` of memory; ``show_mountinfo()``, fs/proc_namespace.c, escapes spaces."""


@attrs.define
class ByFrames:
    """Distinguishes kinds by the flags of one frame of each file.

    All pages of a file are of one kind, so each file is asked for once.
    """

    flags: FrameFile
    _known: dict[File, Kind] = attrs.field(factory=dict[File, Kind], init=False)

    def known(self, file: File) -> Kind | None:
        """Return the kind of *file* if it was asked for before, or if it is no file at all."""
        return self._known.get(file) if file[2] else "file"

    def ask(self, file: File, frame: int, *, of_file: bool) -> Kind | None:
        """Return the kind of *file*, of whose mappings *frame* is one page.

        If the page is a private copy, not *of_file*, only hugetlbfs can be recognized.
        """
        flags = self.flags.one(frame)
        kind: Kind
        if flags & FRAME_FLAGS["hugetlb"].mask:
            kind = "hugetlb"
        elif not of_file:
            return None
        else:
            kind = "shmem" if flags & FRAME_FLAGS["swap_backed"].mask else "file"
        self._known[file] = kind
        return kind


def shmem_rows(table: Table, pid: int | str, root: str) -> list[bool]:
    """Return for each row whether its file is shared memory, without any right.

    The name says so, or the device: that of a tmpfs mount of the process, or of another mapping
    whose name says so.
    """
    by_name = [name.kind in _SHMEM_KINDS for name in table.names]
    devices = _tmpfs_devices(pid, root)
    rows = [by_name[index] for index in table.name_index]
    devices.update(
        (table.major[row], table.minor[row]) for row, is_shmem in enumerate(rows) if is_shmem
    )
    return [
        is_shmem or (table.inode[row] > 0 and (table.major[row], table.minor[row]) in devices)
        for row, is_shmem in enumerate(rows)
    ]


def _tmpfs_devices(pid: int | str, root: str) -> set[tuple[int, int]]:
    try:
        text = Path(root, str(pid), "mountinfo").read_bytes()
    except OSError:  # it has ended, or is not ours: names are left
        return set()
    return {(int(major), int(minor)) for major, minor in _MOUNT.findall(text)}
