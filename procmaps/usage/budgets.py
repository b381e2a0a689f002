"""`Budget`: how long reading may hold up other processes, and how much it may cost.

To print smaps or smaps_rollup the kernel walks the page tables of a mapping under the process's
``mmap_lock`` (``walk_page_vma()`` in ``smap_gather_stats()``, fs/proc/task_mmu.c). Meanwhile the
process can neither map nor unmap memory. The time grows with the resident pages. ``status`` has
their number, and costs nearly nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Final, TypeVar

import attrs

from procmaps.errors import LiveError, OverBudget
from procmaps.live.proc_file_path import Root, root_path
from procmaps.live.process_snapshots import smaps
from procmaps.live.processes import pids as all_pids
from procmaps.snapshots.snapshot import Snapshot
from procmaps.usage.process_facts import status_sizes

_Read = TypeVar("_Read")

_SECONDS_PER_BYTE: Final = 0.25 / 2**31
"""The longest stall that was measured: 250 ms for 2 GiB in pages of 4 KiB, Linux 6.18, x86-64."""

_LEAST: Final = 16 * 2**20
"""Bytes resident in a process whose reading says how fast this machine is. Smaller ones cost a
fixed time, mostly."""


@attrs.define
class Budget:
    """How much reading memory may cost. A process that it has no room for is left out.

    max_stall   The longest time, in seconds, for which a process may be held up; None: any.
    max_cost    The most CPU time, in seconds, for all readings together; None: any.
    clock       Returns CPU seconds of the thread that reads.
    spent       The CPU seconds of the readings so far.
    longest     Those of the longest one.
    left_out    The processes that were left out.

    The time for a process is estimated before it is read, from its resident bytes: by the slowest
    rate that was seen, in this budget or when the package was made. It is that of the whole file,
    so a process with many mappings, between which the kernel releases the lock, is held up less.
    """

    max_stall: float | None = None
    max_cost: float | None = None
    clock: Callable[[], float] = time.thread_time
    spent: float = attrs.field(default=0.0, init=False)
    longest: float = attrs.field(default=0.0, init=False)
    left_out: set[int] = attrs.field(factory=set[int], init=False)
    _rate: float = attrs.field(default=_SECONDS_PER_BYTE, init=False)

    def read(self, pid: int, path: str, resident: int, read: Callable[[], _Read]) -> _Read:
        """Return what *read* returns, which reads the file *path* of a process.

        *resident* is its resident memory in bytes. Raises `procmaps.OverBudget` if that would take
        too long or cost too much, and what *read* raises.
        """
        self._check(pid, path, resident)
        start = self.clock()
        try:
            return read()
        finally:
            took = self.clock() - start
            self.spent += took
            self.longest = max(self.longest, took)
            self.left_out.discard(pid)
            if resident >= _LEAST:
                self._rate = max(self._rate, took / resident)

    def _check(self, pid: int, path: str, resident: int) -> None:
        if not resident:
            return  # a kernel thread, or one that has ended: reading costs nothing
        needed = resident * self._rate
        for name, limit, already in (
            ("max_stall", self.max_stall, 0.0),
            ("max_cost", self.max_cost, self.spent),
        ):
            if limit is not None and already + needed > limit:
                self.left_out.add(pid)
                raise OverBudget(f"process {pid}", path, resident, needed, name, limit, already)

    def restart(self) -> None:
        """Begin to count costs from 0, as for the next picture of a screen."""
        self.spent = self.longest = 0.0
        self.left_out.clear()


def read_within(
    budget: Budget, pids: Iterable[int] | None = None, *, root: Root = "/proc"
) -> Iterator[tuple[int, Snapshot | LiveError]]:
    """Yield smaps of each of *pids*, or of all processes, as `procmaps.iter_snapshots` does.

    Processes are read one by one, the one with the most resident memory first, so that what is
    left out for its cost is small. `procmaps.OverBudget` is yielded in place of the snapshot of a
    process that is left out. Raises `procmaps.NotProcfs` as `procmaps.pids` does.
    """
    folder = root_path(root)
    for pid, status in by_resident(all_pids(root) if pids is None else pids, folder):
        resident = status.get("VmRSS", 0)
        read = partial(smaps, pid, root=root, errors="collect")
        try:
            found: Snapshot | LiveError = budget.read(pid, f"{folder}/{pid}/smaps", resident, read)
        except LiveError as error:
            found = error
        yield pid, found


def by_resident(pids: Iterable[int], folder: str) -> list[tuple[int, dict[str, int]]]:
    """Return each process with its sizes of ``status``, the largest resident one first."""
    found = [(pid, status_sizes(pid, folder)) for pid in pids]
    return sorted(found, key=lambda each: (-each[1].get("VmRSS", 0), each[0]))
