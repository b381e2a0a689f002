"""Snapshots of running processes: `maps`, `smaps` and `rollup`."""

from __future__ import annotations

from procmaps._arguments import as_count
from procmaps.live.proc_file_path import ROOT, Pid, ProcFile, Root, root_path
from procmaps.live.read_proc_file import open_file, read_text
from procmaps.snapshots.loading import Errors, loads
from procmaps.snapshots.problems import DISORDER
from procmaps.snapshots.snapshot import Snapshot

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

RETRIES = 3
"""How many times a torn text is read again by default."""


def maps(
    pid: Pid = "self",
    *,
    tid: int | None = None,
    root: Root = ROOT,
    retries: int = RETRIES,
    errors: Errors = "strict",
    dialect: str = "auto",
) -> Snapshot:
    """Read the memory map of a process: ``/proc/PID/maps`` or ``/proc/PID/task/TID/maps``.

    The kernel prints the text one page at a time. If the process maps memory in between, the text
    can contain a mapping twice, or two that overlap; see `procmaps.Problem`. Such a *torn* text is
    read again, at most *retries* times. If it is still torn, it is returned with its
    `Snapshot.problems`. A mapping that came, went or moved meanwhile can be missing without a
    trace: stop the process if that matters. A text that fits in one page, about forty mappings, is
    never torn before 6.17. Since then ``lock_next_vma()`` (mm/mmap_lock.c) locks one mapping after
    the other, also within a page.

    *root* is the mount point of the procfs; *errors* and *dialect* are those of `procmaps.loads`.

    Raises `NoSuchProcess`, `AccessDenied`, `KernelThread`, `Zombie`, `MainThreadEnded`,
    `ProcessGone`, `NotProcfs`, `FileMissing` or `ReadFailed`; each is a `procmaps.LiveError` and an
    `OSError`. Raises `ValueError` for a pid, tid or count out of range, `TypeError` for one that is
    no integer, and `procmaps.ParseError` as `procmaps.loads` does.
    """
    return _snapshot(ProcFile(pid, "maps", tid, root_path(root)), retries, errors, dialect)


def smaps(
    pid: Pid = "self",
    *,
    tid: int | None = None,
    root: Root = ROOT,
    retries: int = RETRIES,
    errors: Errors = "strict",
    dialect: str = "auto",
) -> Snapshot:
    """Read the memory map of a process with the usage of each mapping: ``/proc/PID/smaps``.

    The kernel walks all page tables of the process, which takes milliseconds per gigabyte in use.
    A page contains only about five entries, so torn texts are more common than with `maps`.

    Everything else is as in `maps`.
    """
    return _snapshot(ProcFile(pid, "smaps", tid, root_path(root)), retries, errors, dialect)


def rollup(
    pid: Pid = "self",
    *,
    tid: int | None = None,
    root: Root = ROOT,
    errors: Errors = "strict",
    dialect: str = "auto",
) -> Snapshot:
    """Read the sums over all mappings of a process, one entry: ``/proc/PID/smaps_rollup`` (4.14).

    The text is never torn. Everything else is as in `maps`.
    """
    return _snapshot(ProcFile(pid, "smaps_rollup", tid, root_path(root)), 0, errors, dialect)


def is_torn(snapshot: Snapshot) -> bool:
    """Return whether a text that was read live is torn: no single moment had these mappings."""
    # Most texts are in order, and need no list of problems.
    return not snapshot.ascending and any(each.kind in DISORDER for each in snapshot.problems)


def _snapshot(file: ProcFile, retries: int, errors: Errors, dialect: str) -> Snapshot:
    as_count("retries", retries, least=0)

    def read() -> Snapshot:
        handle.seek(0)
        return loads(read_text(handle, file), errors=errors, dialect=dialect)

    with open_file(file) as handle:
        return first_untorn(read, retries)


def first_untorn(read: Callable[[], Snapshot], retries: int) -> Snapshot:
    """Call *read* up to ``1 + retries`` times; return the first untorn snapshot, or the last."""
    snapshot = read()
    while retries and is_torn(snapshot):
        retries -= 1
        snapshot = read()
    return snapshot
