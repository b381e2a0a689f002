"""Processes read again and again: cheap figures every time, costly ones within a budget."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

import attrs

from procmaps.errors import LiveError, OverBudget
from procmaps.live.proc_file_path import Root, root_path
from procmaps.live.processes import pids as all_pids
from procmaps.records.usage import Usage
from procmaps.usage.budgets import Budget
from procmaps.usage.process_facts import process_facts, status_sizes
from procmaps.usage.processes import ProcessMemory, sums_of

Identity = tuple[int, int]
"""A process ID and when the process started, because IDs are used again."""


@attrs.frozen
class Known:
    """The costly figures of a process.

    usage   The sums; None if they were refused.
    error   Why there are none.
    time    When they were read, by the sampler's clock.
    cheap   ``VmRSS`` and ``VmSwap`` at that time.
    """

    usage: Usage | None
    error: LiveError | None
    time: float
    cheap: tuple[int, int]


@attrs.frozen
class Sample:
    """One picture of all processes.

    processes   Their memory. Costly figures may be from an earlier sample.
    growth      By how many bytes each process's resident memory grew since the sample before.
    stale       The processes whose costly figures were not read this time, though they changed or
                are due: there was no room in the budget.
    oldest      The age of the oldest costly figures, in seconds.
    cost        The CPU seconds of this sample's costly readings.
    """

    processes: tuple[ProcessMemory, ...]
    growth: dict[int, int]
    stale: frozenset[int]
    oldest: float
    cost: float


@attrs.define
class Sampler:
    """Reads the memory of processes again and again.

    pids     The processes; None: all that there are each time.
    budget   What the costly readings of one sample may cost.
    root     The procfs.
    clock    Returns seconds.

    ``status`` of each process is read for every sample. ``smaps_rollup`` is read first of new
    processes, then of those whose resident memory or swap changed, then of the others, because
    their shares depend on other processes. Of each kind, the one that waits longest is first.
    """

    pids: tuple[int, ...] | None = None
    budget: Budget = attrs.field(factory=Budget)
    root: Root = "/proc"
    clock: Callable[[], float] = time.monotonic
    _known: dict[Identity, Known] = attrs.field(factory=dict[Identity, Known], init=False)
    _resident: dict[Identity, int] = attrs.field(factory=dict[Identity, int], init=False)

    def sample(self) -> Sample:
        """Return the processes that have memory. Raises `procmaps.NotProcfs` as `pids` does."""
        self.budget.restart()
        folder = root_path(self.root)
        found = self._cheap(folder, all_pids(self.root) if self.pids is None else self.pids)
        self._known = {each: self._known[each] for each in found if each in self._known}
        unread: set[Identity] = set()
        for identity in sorted(found, key=lambda each: self._order(each, found[each])):
            if not self._read(identity, found[identity], folder):
                unread.add(identity)
        now = self.clock()
        growth = {
            identity[0]: status["VmRSS"] - self._resident.get(identity, status["VmRSS"])
            for identity, status in found.items()
        }
        self._resident = {identity: status["VmRSS"] for identity, status in found.items()}
        return Sample(
            tuple(self._process(identity, status, folder) for identity, status in found.items()),
            growth,
            frozenset(pid for pid, _ in unread),
            max((now - known.time for known in self._known.values()), default=0.0),
            self.budget.spent,
        )

    @staticmethod
    def _cheap(folder: str, pids: Iterable[int]) -> dict[Identity, dict[str, int]]:
        """Return the sizes of ``status`` of each process that has memory."""
        found: dict[Identity, dict[str, int]] = {}
        for pid in pids:
            status, started = status_sizes(pid, folder), start_time(pid, folder)
            if "VmRSS" in status and started is not None:
                found[pid, started] = status
        return found

    def _order(self, identity: Identity, status: dict[str, int]) -> tuple[int, float, int]:
        """Return what the processes are sorted by: the most urgent first, then the oldest."""
        known = self._known.get(identity)
        if known is None:
            return 0, 0.0, -status["VmRSS"]
        return 1 if known.cheap != _cheap_figures(status) else 2, known.time, -status["VmRSS"]

    def _read(self, identity: Identity, status: dict[str, int], folder: str) -> bool:
        """Read the costly figures of a process. Return whether there was room for it."""
        usage: Usage | None = None
        error: LiveError | None = None
        try:
            usage = sums_of(identity[0], status, folder, self.budget)
        except OverBudget as left_out:
            if identity in self._known:
                return False
            # Without this entry, a process that is never read would be the most urgent for ever.
            error = left_out
            self._known[identity] = Known(None, error, self.clock(), _cheap_figures(status))
            return False
        except LiveError as caught:
            error = caught
        self._known[identity] = Known(usage, error, self.clock(), _cheap_figures(status))
        return True

    def _process(self, identity: Identity, status: dict[str, int], folder: str) -> ProcessMemory:
        facts, known = process_facts(identity[0], folder), self._known[identity]
        return ProcessMemory(
            identity[0], facts.command, facts.user, known.usage, known.error, status
        )


def _cheap_figures(status: dict[str, int]) -> tuple[int, int]:
    return status["VmRSS"], status.get("VmSwap", 0)


def start_time(pid: int, folder: str) -> int | None:
    """Return when a process started, in clock ticks since boot; None if it has ended or is hidden.

    It is the 22nd field of ``stat``, ``do_task_stat()`` in fs/proc/array.c. The second one is the
    command, which may contain anything.
    """
    try:
        stat = Path(folder, str(pid), "stat").read_bytes()
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        return None
    return int(stat[stat.rindex(b")") + 2 :].split(b" ")[19])
