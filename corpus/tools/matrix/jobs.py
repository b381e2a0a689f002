"""Run work that starts commands in several threads, and end all of it when the program is ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from procmaps.check.end_signals import EndSignals
from procmaps.check.processes import ProcessGroup

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def on_each(
    items: Iterable[_Item], jobs: int, work: Callable[[_Item, ProcessGroup], _Result]
) -> list[_Result]:
    """Return the results of *work* in the order of *items*, *jobs* of them at a time.

    *work* starts its commands in the group. Raises the first error that it raises, and
    `procmaps.check.end_signals.EndedBySignal`; the commands of the others are killed before.
    """

    def in_group(item: _Item) -> _Result:
        return work(item, group)

    with (
        EndSignals() as signals,
        ProcessGroup() as group,
        signals.cancelling(group.cancel),
        ThreadPoolExecutor(jobs) as pool,
    ):
        try:
            return list(pool.map(in_group, items))
        except BaseException:
            group.cancel()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
