"""Snapshots of many processes, which a few threads read and parse.

The kernel prints without the interpreter lock, and the native engine parses without it, so the
threads run in parallel. With the pure-Python engine only the kernel's part is parallel.
"""

from __future__ import annotations

import errno as codes
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from procmaps._arguments import as_count
from procmaps.errors import LiveError, NotProcfs, ReadFailed
from procmaps.formats.file_kinds import FileKind
from procmaps.live.failures import is_procfs
from procmaps.live.proc_file_path import Root, root_path
from procmaps.live.process_snapshots import maps, rollup, smaps
from procmaps.live.side_by_side import in_threads
from procmaps.snapshots.loading import Errors
from procmaps.snapshots.snapshot import Snapshot

_READERS = {"maps": maps, "smaps": smaps, "smaps_rollup": rollup}


def pids(root: Root = "/proc") -> list[int]:
    """Return the ID of every process in the procfs at *root*, ascending.

    Threads other than the main thread have no entry there. Raises `NotProcfs` if *root* is no
    procfs, and `procmaps.ReadFailed` if it cannot be listed.
    """
    folder = root_path(root)
    try:
        if not is_procfs(folder):
            raise NotProcfs("every process", folder, folder)
        return sorted(int(each.name) for each in Path(folder).iterdir() if each.name.isdecimal())
    except LiveError:
        raise
    except OSError as error:
        raise ReadFailed("every process", folder, error.errno or codes.EIO) from error


def iter_snapshots(
    pids: Iterable[int] | None = None,
    kind: FileKind = "maps",
    *,
    threads: int | None = None,
    root: Root = "/proc",
    errors: Errors = "strict",
) -> Iterator[tuple[int, Snapshot | LiveError]]:
    """Read the file *kind* of each of *pids*, or of all processes; yield each ID with its snapshot.

    The order is that of *pids*. For a process that cannot be read, because it has ended, denies
    access or has no memory, or because this process has too many open files (`ReadFailed`), the
    `LiveError` is yielded in place of the snapshot, so that one process does not end the iteration.

    ``kind="maps"`` is cheap. For ``"smaps"`` and ``"smaps_rollup"`` the kernel walks all page
    tables of every process and holds its ``mmap_lock``, which takes milliseconds per gigabyte in
    use and delays the process; only they have `Mapping.usage`.

    *threads* defaults to the number of processors. At most twice as many snapshots wait to be
    taken.

    Raises `ValueError` for an unknown *kind* or fewer than one thread, `NotProcfs` as `pids` does,
    and `procmaps.ParseError` as `procmaps.loads` does.
    """
    if kind not in _READERS:
        msg = f'kind must be "maps", "smaps" or "smaps_rollup", not {kind!r}'
        raise ValueError(msg)
    workers = worker_count(threads)

    def read(pid: int) -> Snapshot | LiveError:
        try:
            return _READERS[kind](pid, root=root, errors=errors)
        except LiveError as error:
            return error

    return in_threads(read, _all_pids(root) if pids is None else pids, workers)


def worker_count(threads: int | None) -> int:
    """Return *threads*, by default one for each processor. Raises as `iter_snapshots` does."""
    return (os.cpu_count() or 1) if threads is None else as_count("threads", threads, least=1)


_all_pids = pids
"""`pids` under a name that the parameter of `iter_snapshots` does not hide."""
