"""The reverse map: who maps a frame, compared with the kernel's count."""

from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st

from procmaps.pages.owners import Owners, ReverseMap
from procmaps.pages.pagemap_file import PAGE


def test_a_process_that_was_not_read_and_a_frame_that_changed_its_owner() -> None:
    owners = ReverseMap()
    owners.add(1, [("anonymous", array("Q", [10, 11, 12, 12])), ("file", array("Q", [20]))])
    owners.add(2, [("anonymous", array("Q", [11, 13]))])
    owners.close({10: 1, 11: 3, 12: 2, 13: 0, 20: 1})
    one, two, both = frozenset((1,)), frozenset((2,)), frozenset((1, 2))
    assert dict(owners.tally([10, 11, 12, 13, 20])) == {
        Owners("anonymous", one, 1, unseen=False, stale=False): 1,
        Owners("anonymous", both, 3, unseen=True, stale=False): 1,
        Owners("anonymous", one, 2, unseen=False, stale=False): 1,
        Owners("anonymous", two, 0, unseen=False, stale=False): 1,
        Owners("file", one, 1, unseen=False, stale=False): 1,
    }
    groups, stale = owners.shared()
    assert stale == 0
    assert {(each.backing, each.pids, each.size, each.unseen) for each in groups} == {
        ("anonymous", one, 2 * PAGE, False),
        ("anonymous", both, PAGE, True),
        ("file", one, PAGE, False),
    }


def test_more_mappings_than_there_are_is_stale() -> None:
    owners = ReverseMap()
    for pid in (1, 2):
        owners.add(pid, [("anonymous", array("Q", [7]))])
    owners.close({7: 1})
    assert owners.shared() == ([], PAGE)


@given(st.lists(st.lists(st.integers(0, 9)), max_size=5))
def test_sets_are_those_of_each_frame(processes: list[list[int]]) -> None:
    owners = ReverseMap()
    for pid, frames in enumerate(processes):
        owners.add(pid, [("anonymous", array("Q", frames))])
    every = {frame for frames in processes for frame in frames}
    assert {*owners.frames} == every
    owners.close({frame: sum(frames.count(frame) for frames in processes) for frame in every})
    for frame in every:
        ((found, pages),) = owners.tally([frame])
        assert found.pids == {pid for pid, frames in enumerate(processes) if frame in frames}
        assert (pages, found.unseen, found.stale) == (1, False, False)
