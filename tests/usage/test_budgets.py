"""A budget leaves out what would take too long, and says so."""

from __future__ import annotations

import mmap
import os
from collections.abc import Callable, Iterator

import pytest

import procmaps
from procmaps import LiveError, OverBudget, Snapshot
from procmaps.live.gaps import Gap, reason_of
from procmaps.usage import Budget, Family, Sampler, account, processes, read_within

MIB = 2**20


def clock(step: float) -> Callable[[], float]:
    """Return a clock that goes *step* seconds further with every look at it."""
    ticks: Iterator[int] = iter(range(10**6))
    return lambda: next(ticks) * step


def test_what_would_stall_too_long_is_left_out() -> None:
    budget = Budget(max_stall=0.1)
    assert budget.read(7, "/proc/7/smaps", 100 * MIB, lambda: "read") == "read"
    with pytest.raises(OverBudget) as caught:
        budget.read(8, "/proc/8/smaps", 2048 * MIB, lambda: "read")
    assert str(caught.value) == (
        "/proc/8/smaps was left out: process 8 has 2048 MiB resident, so reading it would take "
        "about 0.25 s, and max_stall is 0.1 s. Raise max_stall to include it."
    )
    assert budget.left_out == {8}
    assert reason_of(caught.value) == "left out"
    assert Gap(8, caught.value).refused
    assert budget.read(8, "/proc/8/smaps", 0, lambda: "no memory") == "no memory"


def test_costs_add_up_to_the_limit() -> None:
    budget = Budget(max_cost=2.5, clock=clock(1))
    for pid in (1, 2):
        assert budget.read(pid, "", MIB, lambda: pid) == pid  # noqa: B023 - called at once
    assert (budget.spent, budget.longest) == (2, 1)
    assert budget.read(3, "", MIB, lambda: 3) == 3
    with pytest.raises(OverBudget, match=r"about 0.000122 s after 3 s, and max_cost is 2.5 s"):
        budget.read(4, "", MIB, lambda: 4)
    budget.restart()
    assert (budget.spent, budget.left_out) == (0, set())
    assert budget.read(4, "", MIB, lambda: 4) == 4


def test_a_slow_machine_makes_the_estimate_larger() -> None:
    budget = Budget(max_stall=1, clock=clock(1))
    budget.read(1, "", 8 * MIB, lambda: None)  # too small to say anything
    budget.read(2, "", 64 * MIB, lambda: None)  # 1 s for 64 MiB
    budget.read(3, "", 64 * MIB, lambda: None)
    with pytest.raises(OverBudget, match=r"about 1.5 s"):
        budget.read(4, "", 96 * MIB, lambda: None)


def test_an_error_costs_what_it_took() -> None:
    budget = Budget(clock=clock(1))
    with pytest.raises(ZeroDivisionError):
        budget.read(1, "", MIB, lambda: 1 // 0)
    assert budget.spent == 1


def test_reads_the_largest_first_and_reports_the_rest() -> None:
    own = os.getpid()
    found = dict(read_within(Budget(), [1, own]))
    assert isinstance(found[own], Snapshot)
    pairs: list[tuple[int, Snapshot | LiveError]] = [*read_within(Budget(max_stall=0))]
    assert own in dict(pairs)
    assert isinstance(dict(pairs)[own], OverBudget)
    sizes = [each.resident for _, each in pairs if isinstance(each, OverBudget)]
    assert sizes == sorted(sizes, reverse=True)
    # A process that has just begun may have nothing resident yet, and is read.
    total = account([pair for pair in pairs if isinstance(pair[1], OverBudget)], "process")
    assert total.total.figure("rss").state == "refused"
    assert own in {gap.pid for gap in total.gaps if gap.refused}


def test_a_process_left_out_keeps_its_cheap_figures() -> None:
    (found,) = processes([os.getpid()], budget=Budget(max_stall=0))
    assert isinstance(found.error, OverBudget)
    assert found.refused
    assert found.usage is None
    assert (found.rss or 0) > MIB
    (read,) = processes([os.getpid()], budget=Budget(max_stall=60))
    assert read.usage is not None


def test_a_family_is_read_within_a_budget() -> None:
    own = os.getpid()
    assert Family.of([own], budget=Budget(max_stall=60)).unique.value
    left_out = Family.of([own], budget=Budget(max_stall=0))
    assert [gap.pid for gap in left_out.account.gaps] == [own]
    assert left_out.unique.value is None


def test_no_processes_in_a_folder_that_is_no_procfs(tmp_path: os.PathLike[str]) -> None:
    with pytest.raises(procmaps.NotProcfs):
        list(read_within(Budget(), root=tmp_path))


# --- samples --------------------------------------------------------------------------------------


def test_a_sample_has_each_process_and_what_it_cost() -> None:
    sampler = Sampler((os.getpid(),))
    sample = sampler.sample()
    (found,) = sample.processes
    assert (found.pid, found.error) == (os.getpid(), None)
    assert ((found.usage and found.usage.pss) or 0) > 0
    assert sample.growth == {os.getpid(): 0}
    assert sample.cost > 0
    # Not a bytearray: an allocator may give memory that was resident before.
    with mmap.mmap(-1, 32 * MIB) as memory:
        memory.write(bytes(32 * MIB))
        grown = sampler.sample().growth[os.getpid()]
    assert grown > 16 * MIB


def test_without_room_costly_figures_stay_as_they_were() -> None:
    times = iter(range(1000))
    sampler = Sampler((os.getpid(),), clock=lambda: next(times))
    first = sampler.sample().processes[0].usage
    sampler.budget.max_stall = 0
    second = sampler.sample()
    assert second.processes[0].usage is first
    assert second.stale == {os.getpid()}
    assert second.oldest >= 1
    sampler.budget.max_stall = None
    third = sampler.sample()
    assert third.stale == frozenset()
    assert third.processes[0].usage is not first


def test_a_process_that_never_has_room_is_left_out_and_does_not_block_others() -> None:
    sampler = Sampler((os.getpid(),), Budget(max_stall=0))
    for _ in range(2):
        sample = sampler.sample()
        assert isinstance(sample.processes[0].error, OverBudget)
        assert sample.stale == {os.getpid()}


def test_processes_without_memory_are_no_part_of_a_sample() -> None:
    sample = Sampler((2**31 - 1, 2)).sample()
    assert {each.pid for each in sample.processes} <= {2}
