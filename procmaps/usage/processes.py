"""The memory of each process, from the cheapest file that has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from procmaps.errors import FileMissing, LiveError
from procmaps.live.gaps import is_refusal
from procmaps.live.proc_file_path import Root, root_path
from procmaps.live.process_snapshots import rollup, smaps
from procmaps.live.processes import pids as all_pids
from procmaps.records.usage import Usage
from procmaps.snapshots.snapshot import Snapshot
from procmaps.usage.accounting import account
from procmaps.usage.budgets import Budget, by_resident
from procmaps.usage.process_facts import process_facts, status_sizes


@attrs.frozen
class ProcessMemory:
    """What one process uses.

    pid       Its ID.
    command   Its ``comm``, at most 15 bytes; None if it has ended or may not be read.
    user      The user ID that owns it; None likewise.
    usage     The sums of ``smaps_rollup``, or of ``smaps`` before 4.14; None if refused.
    error     Why there is no ``usage``, else None.
    status    ``VmSize``, ``VmRSS`` and others of ``status``, in bytes.
    """

    pid: int
    command: bytes | None
    user: int | None
    usage: Usage | None
    error: LiveError | None = None
    status: dict[str, int] = attrs.field(factory=dict[str, int], repr=False)

    @property
    def size(self) -> int | None:
        """The address space in bytes, from ``status``; None if that could not be read."""
        return self.status.get("VmSize")

    @property
    def rss(self) -> int | None:
        """Resident memory in bytes, from ``usage`` or, if that was refused, from ``status``."""
        return self.status.get("VmRSS") if self.usage is None else self.usage.rss

    @property
    def swap(self) -> int | None:
        """Swap in bytes. ``status`` leaves out shared memory, which ``usage`` has."""
        return self.status.get("VmSwap") if self.usage is None else self.usage.swap

    @property
    def refused(self) -> bool:
        """Whether the figures of this process could not be read."""
        return self.error is not None and is_refusal(self.error)


def processes(
    pids: Iterable[int] | None = None, *, budget: Budget | None = None, root: Root = "/proc"
) -> Iterator[ProcessMemory]:
    """Yield the memory of each of *pids*, or of all processes that have any.

    A process whose figures are refused has what ``status`` reports. With *pids*, one that has
    ended or has no memory is yielded with its error; otherwise it is left out. ``smaps_rollup``
    makes the kernel walk the page tables of each process, as smaps does.

    With a *budget*, ``status`` of all processes is read first, then ``smaps_rollup`` of each, the
    largest one first. A process for which the budget has no room has `procmaps.OverBudget` as its
    error, and what ``status`` reports.

    Raises `procmaps.NotProcfs` as `procmaps.pids` does.
    """
    folder = root_path(root)
    wanted = all_pids(root) if pids is None else pids
    found = (
        (_process(pid, status_sizes(pid, folder), folder, Budget()) for pid in wanted)
        if budget is None
        else (_process(pid, status, folder, budget) for pid, status in by_resident(wanted, folder))
    )
    for process in found:
        if pids is not None or process.error is None or process.refused:
            yield process


def _process(pid: int, status: dict[str, int], root: str, budget: Budget) -> ProcessMemory:
    facts = process_facts(pid, root)
    usage: Usage | None = None
    error: LiveError | None = None
    try:
        usage = sums_of(pid, status, root, budget)
    except LiveError as caught:
        error = caught
    return ProcessMemory(pid, facts.command, facts.user, usage, error, status)


def sums_of(pid: int, status: dict[str, int], root: str, budget: Budget) -> Usage:
    """Return the sums of ``smaps_rollup``, or of ``smaps`` before 4.14, of a process.

    *status* has its sizes. Raises `procmaps.OverBudget` and what `procmaps.rollup` raises.
    """

    def read() -> Snapshot:
        try:
            return rollup(pid, root=root, errors="collect")
        except FileMissing:
            return smaps(pid, root=root, errors="collect")

    path = f"{root}/{pid}/smaps_rollup"
    snapshot = budget.read(pid, path, status.get("VmRSS", 0), read)
    return account(snapshot, ()).total.usage
