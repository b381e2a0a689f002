"""Snapshots of running processes: `maps`, `smaps` and `rollup`."""

from __future__ import annotations

import os
from collections.abc import Callable

from procmaps.live.proc_file import Pid, Target
from procmaps.live.reading import drain, open_target
from procmaps.snapshots.loading import Errors, loads
from procmaps.snapshots.snapshot import Snapshot

RETRIES = 3
"""How many times a torn text is read again unless told otherwise."""

TORN = frozenset({"repeated", "overlap", "backward"})
"""The kinds of `procmaps.Problem` that only a torn read makes."""

Root = str | os.PathLike[str]


def maps(
    pid: Pid = "self",
    *,
    tid: int | None = None,
    root: Root = "/proc",
    retries: int = RETRIES,
    errors: Errors = "strict",
    dialect: str = "auto",
) -> Snapshot:
    """The memory map of a process: ``/proc/PID/maps``, or ``/proc/PID/task/TID/maps``.

    The kernel hands the text out a page at a time, and a process that maps memory in between can
    show a mapping twice or two that overlap. Such a *torn* text is read again, *retries* times at
    most; what is still torn then is returned as it is, listed in `Snapshot.problems`. What fits in
    one page, some forty mappings, is never torn; beyond that a mapping that came or went between
    two reads can be missed without a trace, so stop the process where that matters.

    *root* is where a procfs is mounted; *errors* and *dialect* are those of `procmaps.loads`.

    Raises, all of them `procmaps.errors.LiveError` and `OSError`: `NoSuchProcess`, `AccessDenied`,
    `KernelThread`, `Zombie`, `MainThreadEnded`, `ProcessGone`, `NotProcfs`, `FileMissing`.
    `ValueError` for a pid, tid or count that cannot be one, and `procmaps.ParseError` as
    `procmaps.loads` does.
    """
    target = Target(pid, "maps", tid, os.fspath(root))
    return _snapshot(target, retries, errors, dialect)


def smaps(
    pid: Pid = "self",
    *,
    tid: int | None = None,
    root: Root = "/proc",
    retries: int = RETRIES,
    errors: Errors = "strict",
    dialect: str = "auto",
) -> Snapshot:
    """The memory map of a process with how much of each mapping is in use; else as `maps`.

    The kernel walks every page table for it: expect milliseconds a gigabyte in use. Only about five
    entries fit in one page, so torn texts are more common.
    """
    target = Target(pid, "smaps", tid, os.fspath(root))
    return _snapshot(target, retries, errors, dialect)


def rollup(
    pid: Pid = "self",
    *,
    tid: int | None = None,
    root: Root = "/proc",
    errors: Errors = "strict",
    dialect: str = "auto",
) -> Snapshot:
    """The sums over all mappings of a process, ``/proc/PID/smaps_rollup`` (4.14): one entry.

    It is never torn; else as `maps`.
    """
    target = Target(pid, "smaps_rollup", tid, os.fspath(root))
    return _snapshot(target, 0, errors, dialect)


def is_torn(snapshot: Snapshot) -> bool:
    """Whether entries repeat, overlap or go backwards, as no single moment can have had them."""
    return any(problem.kind in TORN for problem in snapshot.problems)


def _snapshot(target: Target, retries: int, errors: Errors, dialect: str) -> Snapshot:
    if retries < 0:
        msg = f"retries must be 0 or more, not {retries}"
        raise ValueError(msg)

    def read() -> Snapshot:
        file.seek(0)
        return loads(drain(file, target), errors=errors, dialect=dialect)

    with open_target(target) as file:
        return first_whole(read, retries)


def first_whole(read: Callable[[], Snapshot], retries: int) -> Snapshot:
    """The first of ``1 + retries`` readings that is not torn; the last where all of them are."""
    snapshot = read()
    while retries and is_torn(snapshot):
        retries -= 1
        snapshot = read()
    return snapshot
