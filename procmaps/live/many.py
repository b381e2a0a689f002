"""Many processes at once: their files are read and parsed by a few threads.

The kernel prints, and the native engine reads, without the interpreter's lock, so the threads share
the processors. With the engine in pure Python only the kernel's part runs side by side.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

from procmaps.errors import LiveError
from procmaps.formats.file_kinds import FileKind
from procmaps.live import maps, rollup, smaps
from procmaps.snapshots.loading import Errors
from procmaps.snapshots.snapshot import Snapshot

Read = Callable[[int], Snapshot | LiveError]


def iter_snapshots(
    pids: Iterable[int],
    kind: FileKind = "smaps",
    *,
    threads: int | None = None,
    root: str | os.PathLike[str] = "/proc",
    errors: Errors = "strict",
) -> Iterator[tuple[int, Snapshot | LiveError]]:
    """The snapshots of many processes, in the order of *pids*, each with its process id.

    Where a process cannot be read, because it has ended, denies it or has no memory, its
    `procmaps.errors.LiveError` takes the snapshot's place: that is how processes are, and no reason
    to lose the others. At most twice as many snapshots as *threads* wait to be taken; there are as
    many threads as processors unless told otherwise.

    Raises `ValueError` for another *kind* or fewer than one thread, `procmaps.ParseError` as
    `procmaps.loads` does.
    """
    readers = {"maps": maps, "smaps": smaps, "smaps_rollup": rollup}
    if kind not in readers:
        msg = f'kind must be "maps", "smaps" or "smaps_rollup", not {kind!r}'
        raise ValueError(msg)
    wanted = (os.cpu_count() or 1) if threads is None else threads
    if wanted < 1:
        msg = f"threads must be 1 or more, not {threads}"
        raise ValueError(msg)

    def read(pid: int) -> Snapshot | LiveError:
        try:
            return readers[kind](pid, root=root, errors=errors)
        except LiveError as error:
            return error

    return _in_order(read, iter(pids), wanted)


def _in_order(
    read: Read, pids: Iterator[int], threads: int
) -> Iterator[tuple[int, Snapshot | LiveError]]:
    with ThreadPoolExecutor(threads, "procmaps") as pool:
        waiting: deque[tuple[int, Future[Snapshot | LiveError]]] = deque()
        try:
            waiting.extend((pid, pool.submit(read, pid)) for pid in islice(pids, 2 * threads))
            while waiting:
                pid, future = waiting.popleft()
                yield pid, future.result()
                waiting.extend((pid, pool.submit(read, pid)) for pid in islice(pids, 1))
        finally:
            for _, future in waiting:
                future.cancel()
