"""Swapped shared memory: between the least and the most, whatever was swapped and mapped."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from procmaps import loads
from procmaps.usage import account
from procmaps.usage.swapped import SwappedRange, swapped_once

PAGE = 4096
PAGES = 24

RANGES = st.tuples(st.integers(0, PAGES - 1), st.integers(1, PAGES)).map(
    lambda drawn: (drawn[0], min(PAGES, drawn[0] + drawn[1]))
)


@given(
    st.lists(st.sets(st.integers(0, PAGES - 1)), min_size=1, max_size=3),
    st.lists(st.tuples(st.integers(0, 2), RANGES), min_size=1, max_size=8),
)
def test_the_truth_is_between_the_least_and_the_most(
    files: list[set[int]], mapped: list[tuple[int, tuple[int, int]]]
) -> None:
    # The truth: the swapped pages of each file that some mapping shows.
    seen: set[tuple[int, int]] = set()
    ranges: list[SwappedRange] = []
    for number, (first, limit) in mapped:
        file = number % len(files)
        shown = files[file] & set(range(first, limit))
        seen |= {(file, page) for page in shown}
        swap = PAGE * len(shown)
        ranges.append(SwappedRange((0, 1, file), PAGE * first, PAGE * limit, swap, swap))
    least, most = swapped_once(ranges)
    assert least <= PAGE * len(seen) <= most


@given(st.sets(st.integers(0, PAGES - 1)), st.integers(1, 5), st.integers(1, PAGES - 1))
def test_equal_and_separate_ranges_are_exact(swapped: set[int], times: int, middle: int) -> None:
    parts = [(0, middle), (middle, PAGES)] * times
    sizes = {
        (first, limit): PAGE * len(swapped & set(range(first, limit))) for first, limit in parts
    }
    ranges = [
        SwappedRange((0, 1, 7), PAGE * part[0], PAGE * part[1], sizes[part], sizes[part])
        for part in parts
    ]
    assert swapped_once(ranges) == (PAGE * len(swapped),) * 2


SHARED = (
    b"%x-%x %s %08x 00:01 77                 /memfd:pool (deleted)\nSwap: %d kB\nSwapPss: %d kB\n"
)


def test_a_file_mapped_twice_is_counted_once() -> None:
    text = SHARED % (0x10000, 0x20000, b"rw-s", 0, 64, 0) + SHARED % (
        0x30000, 0x40000, b"rw-s", 0, 64, 0
    )  # fmt: skip
    total = account(loads(text)).total
    assert total.usage.swap == 131072
    assert (total.figure("swap_shmem").value, total.figure("swap_shmem").bound) == (65536, 0)
    assert (total.figure("swap_anon").value, total.figure("swap_anon").bound) == (0, 0)


def test_two_processes_that_share_a_file_count_it_once() -> None:
    snapshot = loads(SHARED % (0x10000, 0x20000, b"rw-s", 0, 64, 0))
    by_process = account([(2**22, snapshot), (2**22 + 1, snapshot)], "process")
    assert [each.figure("swap_shmem").value for each in by_process.groups] == [65536, 65536]
    assert by_process.total.figure("swap_shmem").value == 65536


def test_private_memory_that_was_swapped_is_no_shared_memory() -> None:
    text = (
        b"10000-20000 rw-p 00000000 00:00 0\nSwap: 64 kB\nSwapPss: 32 kB\n"
        b"20000-30000 rw-p 00000000 08:01 9 /lib/libc.so\nSwap: 8 kB\nSwapPss: 2 kB\n"
    )
    total = account(loads(text)).total
    assert (total.figure("swap_anon").value, total.figure("swap_anon").bound) == (73728, 0)
    assert total.figure("swap_shmem").value == 0


def test_a_private_mapping_of_shared_memory_may_have_both() -> None:
    total = account(loads(SHARED % (0x10000, 0x20000, b"rw-p", 0, 64, 16))).total
    shmem, anon = total.figure("swap_shmem"), total.figure("swap_anon")
    assert (shmem.value, shmem.bound) == (0, 49152)
    assert (anon.value, anon.bound) == (16384, 49152)


def test_without_swap_in_smaps_there_is_no_part_of_it() -> None:
    total = account(loads(b"1000-2000 rw-s 00000000 00:01 7 /dev/shm/x\nRss: 4 kB\n")).total
    assert total.figure("swap_shmem").state == "absent"
    assert total.figure("swap_anon").value is None
