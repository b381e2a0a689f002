"""Calls in threads: side by side, in order, and ended with the iteration."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from queue import SimpleQueue
from typing import Any

import pytest

from procmaps.live import side_by_side
from procmaps.live.side_by_side import in_threads


def alive() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "procmaps"]


def test_results_are_in_the_order_of_the_ids_whichever_is_ready_first() -> None:
    second = threading.Event()

    def read(pid: int) -> int:
        if pid == 1:
            assert second.wait(60)
        else:
            second.set()
        return -pid

    assert [*in_threads(read, [1, 2, 3], 2)] == [(1, -1), (2, -2), (3, -3)]


def test_as_many_calls_as_threads_run_at_once() -> None:
    together = threading.Barrier(3)
    found = in_threads(lambda _: together.wait(60), range(6), 3)
    assert sorted(result for _, result in found) == [0, 0, 1, 1, 2, 2]


def test_there_are_no_more_threads_than_ids() -> None:
    calls = in_threads(lambda _: len(alive()), [1, 2], 50)
    assert max(count for _, count in calls) <= 2


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_exception_is_raised_where_its_result_would_be(error: type[BaseException]) -> None:
    def read(pid: int) -> int:
        if pid == 2:
            raise error
        return pid

    calls = in_threads(read, [1, 2, 3], 1)
    assert next(calls) == (1, 1)
    with pytest.raises(error):
        next(calls)
    assert alive() == []
    assert [*calls] == []


def test_an_exception_of_the_ids_is_raised_and_ends_the_threads() -> None:
    def ids() -> Iterator[int]:
        yield 1
        raise LookupError

    with pytest.raises(LookupError):
        next(in_threads(abs, ids(), 1))
    assert alive() == []


def test_no_thread_runs_after_an_iteration_that_was_left() -> None:
    calls: list[int] = []
    found = in_threads(calls.append, range(100), 2)
    next(found)
    found.close()
    assert alive() == []
    assert len(calls) <= 5


def test_the_end_does_not_wait_for_a_job_that_a_thread_has_just_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ending = threading.Event()

    class Taken(SimpleQueue[Any]):
        """A queue whose job is taken between a look at it and the attempt to take it."""

        def empty(self) -> bool:
            return super().empty() or self.get_nowait() is None

        def get_nowait(self) -> object:
            ending.set()
            return super().get_nowait()

    monkeypatch.setattr(side_by_side, "SimpleQueue", Taken)
    found = in_threads(lambda pid: pid and ending.wait(60), range(9), 2)
    next(found)
    closing = threading.Thread(target=found.close, daemon=True)
    closing.start()
    closing.join(60)
    assert not closing.is_alive()


def test_no_ids_need_no_thread() -> None:
    assert [*in_threads(lambda _: pytest.fail("called"), [], 2)] == []
