"""One call for each of many processes, in threads that run side by side: `in_threads`."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from itertools import islice
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar

S = TypeVar("S")
T = TypeVar("T")

_Outcome = tuple[T, None] | tuple[None, BaseException]
"""What a call returned, or what it raised."""

_Jobs = SimpleQueue[tuple[S, SimpleQueue[_Outcome[T]]] | None]
"""Each job has a queue of its own for its outcome. None ends a thread."""


def in_threads(
    read: Callable[[S], T], items: Iterable[S], threads: int
) -> Generator[tuple[S, T], None, None]:
    """Call *read* for each of *items* in up to *threads* threads; yield each with the result.

    An item is a process ID, or several. The order is that of *items*, which are taken as they are
    needed: at most twice as many results as threads wait to be taken. An exception of *read* is
    raised where its result would be yielded, and ends the iteration. The threads end with the
    iteration, or when the generator is closed.

    A result costs a few microseconds; a `concurrent.futures.Future` costs ten times as much.
    """
    jobs: _Jobs[S, T] = SimpleQueue()
    waiting: deque[tuple[S, SimpleQueue[_Outcome[T]]]] = deque()
    workers: list[Thread] = []
    rest = iter(items)

    def submit(count: int) -> None:
        for item in islice(rest, count):
            if len(workers) < threads:
                # A daemon, so that an iteration that nobody ends does not keep the program alive.
                worker = Thread(target=_work, args=(read, jobs), name="procmaps", daemon=True)
                worker.start()
                workers.append(worker)
            outcome: SimpleQueue[_Outcome[T]] = SimpleQueue()
            waiting.append((item, outcome))
            jobs.put((item, outcome))

    try:
        submit(2 * threads)
        while waiting:
            item, outcome = waiting.popleft()
            result, error = outcome.get()
            if error is not None:
                raise error
            yield item, result  # type: ignore[misc]  # there is a result where there is no error
            submit(1)
    finally:
        _end(jobs, workers)


def _work(read: Callable[[S], T], jobs: _Jobs[S, T]) -> None:
    while job := jobs.get():
        item, outcome = job
        try:
            outcome.put((read(item), None))
        except BaseException as error:  # noqa: BLE001 - the caller's thread raises it
            outcome.put((None, error))


def _end(jobs: _Jobs[S, T], workers: list[Thread]) -> None:
    """Drop the jobs that no thread has begun, and wait for the threads."""
    # A thread may take the last job at any moment, so this never waits for one.
    with suppress(Empty):
        while True:
            jobs.get_nowait()
    for _ in workers:
        jobs.put(None)
    for worker in workers:
        worker.join()
