"""`near_map_limit`: processes that can soon map no more memory."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from pathlib import Path

import attrs

from procmaps.errors import LiveError
from procmaps.live.gaps import Gap
from procmaps.live.proc_file_path import Root, root_path
from procmaps.live.processes import iter_snapshots
from procmaps.search.twins import Twins, vdso_of
from procmaps.snapshots.snapshot import Snapshot

_NEAR = 0.8

_GATE = b"[vsyscall]"
"""The page that x86 prints after the mappings of every process: no mapping of its own, so it does
not count (``gate_vma``, arch/x86/entry/vsyscall)."""


@attrs.frozen
class MapCount:
    """How many mappings a process has.

    pid        The process.
    mappings   The mappings that the kernel counts.
    limit      ``vm.max_map_count``: how many it may have.
    """

    pid: int
    mappings: int
    limit: int

    @property
    def share(self) -> float:
        """The part of the limit that is used up, from 0 to about 1."""
        return self.mappings / self.limit


@attrs.frozen
class MapCounts:
    """The processes that are near the limit, the nearest first.

    limit       ``vm.max_map_count``.
    counts      The processes.
    processes   How many address spaces were counted.
    gaps        The processes that could not be counted, each with the reason.
    twins       The processes that have the address space of another one, each with that one.
    """

    limit: int
    counts: tuple[MapCount, ...]
    processes: int
    gaps: tuple[Gap, ...] = ()
    twins: dict[int, int] = attrs.field(factory=dict[int, int])


def near_map_limit(
    pids: Iterable[int] | None = None,
    *,
    share: float = _NEAR,
    threads: int | None = None,
    root: Root = "/proc",
) -> MapCounts:
    """Find the processes that have used up at least *share* of ``vm.max_map_count``.

    At the limit ``mmap``, ``mprotect`` and ``munmap`` fail with ENOMEM, although there is memory
    (``do_mmap()``, mm/mmap.c). *pids*, *threads* and *root* are those of
    `procmaps.find_mappings`.

    Raises `ValueError` if *share* is not from 0 to 1, `OSError` if the limit cannot be read, and
    `procmaps.NotProcfs` as `procmaps.pids` does.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share must be from 0 to 1, not {share!r}")
    folder = root_path(root)
    limit = int(Path(folder, "sys", "vm", "max_map_count").read_bytes())
    counts: list[MapCount] = []
    gaps: list[Gap] = []
    twins: dict[int, int] = {}
    known, processes = Twins(folder), 0
    for pid, read in iter_snapshots(pids, threads=threads, root=root, errors="collect"):
        if isinstance(read, LiveError):
            gaps.append(Gap(pid, read))
        elif (twin := known.twin_of(pid, vdso_of(read))) is not None:
            twins[pid] = twin
        else:
            processes += 1
            counts.append(MapCount(pid, _counted(read), limit))
    near = [each for each in counts if each.share >= share]
    near.sort(key=operator.attrgetter("mappings"), reverse=True)
    return MapCounts(limit, tuple(near), processes, tuple(gaps), twins)


def _counted(snapshot: Snapshot) -> int:
    return len(snapshot) - (_GATE in snapshot.columns.names)
