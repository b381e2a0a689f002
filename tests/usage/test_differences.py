"""`diff`: every mapping is in one change, changes add up, and each event and cause is found."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps import Mapping, Mappings, Snapshot, loads, strategies
from procmaps.records.device import Device
from procmaps.records.names import AnonName, FilePath, Heap, Name, Unnamed
from procmaps.records.perms import Perms
from procmaps.records.usage import Usage
from procmaps.usage import Difference, GroupChange, diff
from procmaps.usage.figures import SUMMED
from procmaps.usage.matching import match
from tests.support.dumps import SMAPS_AFTER, SMAPS_BEFORE

PAGE = 4096
SMAPS = strategies.snapshots(kind="smaps")


@st.composite
def address_spaces(draw: st.DrawFn) -> Mappings:
    """Draw disjoint mappings at few addresses, so that two drawn spaces have much in common."""
    cuts = sorted(draw(st.sets(st.integers(0, 16), max_size=8)))
    mappings: list[Mapping] = []
    for start, end in itertools.pairwise(cuts):
        name: Name | None = draw(
            st.sampled_from((None, Unnamed(), AnonName.of(b"a"), Heap(), FilePath(b"/lib/x.so")))
        )
        if name is None:
            continue
        file = isinstance(name, FilePath)
        private = PAGE * draw(st.integers(0, end - start))
        mappings.append(
            Mapping(
                start * PAGE,
                end * PAGE,
                Perms.from_text(draw(st.sampled_from(("rw-p", "r--p")))),
                start * PAGE if file else 0,
                Device(8, 1) if file else Device(0, 0),
                7 if file else 0,
                name,
                Usage(rss=private, private_clean=0, private_dirty=private, swap=0),
            )
        )
    return Mappings(mappings)


@given(address_spaces(), address_spaces())
def test_every_mapping_is_in_exactly_one_match(before: Mappings, after: Mappings) -> None:
    found = match(before, after)
    assert Counter(each for item in found for each in item.before) == Counter(before)
    assert Counter(each for item in found for each in item.after) == Counter(after)
    assert all(item.before or item.after for item in found)


@given(SMAPS, SMAPS)
def test_every_mapping_of_any_text_is_in_exactly_one_match(one: Snapshot, other: Snapshot) -> None:
    found = match(one, other)
    assert Counter(each for item in found for each in item.before) == Counter(one)
    assert Counter(each for item in found for each in item.after) == Counter(other)


@given(address_spaces(), address_spaces())
def test_the_changes_of_mappings_add_up_to_the_change_of_the_total(
    before: Mappings, after: Mappings
) -> None:
    found = diff(before, after)
    assert sum(change.size for change in found.mappings) == found.total.size
    deltas = [change.delta("rss") for change in found.mappings]
    assert sum(delta for delta in deltas if delta is not None) == found.total.delta("rss")
    assert None not in deltas


@given(address_spaces(), address_spaces())
def test_memory_without_an_event_has_the_same_ranges(before: Mappings, after: Mappings) -> None:
    for change in diff(before, after).mappings:
        if not change.events:
            assert [(m.start, m.end) for m in change.before] == [
                (m.start, m.end) for m in change.after
            ]
            assert change.causes


@given(address_spaces(), address_spaces())
def test_a_group_changed_if_a_part_did(before: Mappings, after: Mappings) -> None:
    found = diff(before, after, ("kind", "name"))
    for _, group in walk(found.total):
        if group.groups:
            assert group.changed or not any(part.changed for part in group.groups)
    kept = [(m.start, m.end, m.name, m.perms, m.usage) for m in before]
    if kept != [(m.start, m.end, m.name, m.perms, m.usage) for m in after]:
        assert found.mappings


@given(SMAPS)
def test_nothing_changed_between_a_snapshot_and_itself(snapshot: Snapshot) -> None:
    found = diff(snapshot, snapshot)
    assert found.mappings == ()
    assert not found.total.changed


@given(address_spaces(), address_spaces())
def test_the_reverse_has_the_opposite_figures(before: Mappings, after: Mappings) -> None:
    def deltas(found: Difference) -> dict[object, int | None]:
        return {path: group.delta("rss") for path, group in walk(found.total)}

    there, back = deltas(diff(before, after)), deltas(diff(after, before))
    assert there == {path: None if value is None else -value for path, value in back.items()}


def walk(group: GroupChange, path: tuple[object, ...] = ()) -> list[tuple[object, GroupChange]]:
    below = [each for part in group.groups for each in walk(part, (*path, part.name))]
    return [(path, group), *below]


@given(address_spaces(), address_spaces())
def test_a_group_changes_by_the_sum_of_its_parts(before: Mappings, after: Mappings) -> None:
    for _, group in walk(diff(before, after, ("kind", "name", "perms")).total):
        if group.groups:
            assert group.mappings == sum(part.mappings for part in group.groups)
            assert group.size == sum(part.size for part in group.groups)
            assert group.delta("rss") == sum(part.delta("rss") or 0 for part in group.groups)


# --- events ---------------------------------------------------------------------------------------

ANON = "%x-%x %s 00000000 00:00 0 %s\n"


def maps(*lines: tuple[int, int, str, str]) -> Snapshot:
    """Return a snapshot of anonymous mappings: pages, permissions and name."""
    text = "".join(ANON % (a * PAGE, b * PAGE, perms, name) for a, b, perms, name in lines)
    return loads(text)


EVENTS: dict[str, tuple[Snapshot, Snapshot, list[tuple[str, ...]]]] = {
    "new": (maps(), maps((1, 2, "rw-p", "")), [("new",)]),
    "gone": (maps((1, 2, "rw-p", "")), maps(), [("gone",)]),
    "grown": (maps((1, 2, "rw-p", "")), maps((1, 4, "rw-p", "")), [("grown",)]),
    "grown downwards": (maps((3, 4, "rw-p", "")), maps((1, 4, "rw-p", "")), [("grown",)]),
    "shrunk": (maps((1, 4, "rw-p", "")), maps((1, 2, "rw-p", "")), [("shrunk",)]),
    "moved": (maps((1, 2, "rw-p", "[anon:a]")), maps((8, 9, "rw-p", "[anon:a]")), [("moved",)]),
    "protected": (maps((1, 4, "rw-p", "")), maps((1, 4, "r--p", "")), [("protected",)]),
    "renamed": (maps((1, 4, "rw-p", "")), maps((1, 4, "rw-p", "[anon:a]")), [("renamed",)]),
    "split by mprotect": (
        maps((1, 4, "rw-p", "")),
        maps((1, 2, "rw-p", ""), (2, 3, "r--p", ""), (3, 4, "rw-p", "")),
        [("split", "protected")],
    ),
    "split by munmap": (
        maps((1, 4, "rw-p", "")),
        maps((1, 2, "rw-p", ""), (3, 4, "rw-p", "")),
        [("split", "shrunk")],
    ),
    "merged": (
        maps((1, 2, "rw-p", ""), (2, 3, "r--p", "")),
        maps((1, 3, "rw-p", "")),
        [("merged", "protected")],
    ),
    "rearranged": (
        maps((1, 3, "rw-p", ""), (3, 5, "r--p", "")),
        maps((1, 2, "rw-p", ""), (2, 5, "r--p", "")),
        [("rearranged",)],
    ),
    "another object at the same place": (
        maps((1, 2, "rw-p", "[heap]")),
        maps((1, 2, "rw-p", "[anon:a]")),
        [("new",), ("gone",)],
    ),
    "unlinked": (
        loads("1000-2000 r-xp 00000000 08:01 7 /lib/x.so\n"),
        loads("1000-2000 r-xp 00000000 08:01 7 /lib/x.so (deleted)\n"),
        [("unlinked",)],
    ),
    "flagged": (
        loads("1000-2000 rw-p 00000000 00:00 0 \nRss: 4 kB\nVmFlags: rd wr sd \n"),
        loads("1000-2000 rw-p 00000000 00:00 0 \nRss: 4 kB\nVmFlags: rd wr lo \n"),
        [("flagged",)],
    ),
    "soft-dirty alone": (
        loads("1000-2000 rw-p 00000000 00:00 0 \nRss: 4 kB\nVmFlags: rd wr sd \n"),
        loads("1000-2000 rw-p 00000000 00:00 0 \nRss: 4 kB\nVmFlags: rd wr \n"),
        [],
    ),
    "flags of one side only": (
        loads("1000-2000 rw-p 00000000 00:00 0 \nRss: 4 kB\nVmFlags: rd wr \n"),
        loads("1000-2000 rw-p 00000000 00:00 0 \nRss: 4 kB\n"),
        [],
    ),
    "another file at the same place": (
        loads("1000-2000 r-xp 00000000 08:01 7 /lib/x.so\n"),
        loads("1000-2000 r-xp 00000000 08:01 8 /lib/x.so\n"),
        [("new",), ("gone",)],
    ),
    "another part of the file": (
        loads("1000-2000 r--p 00000000 08:01 7 /lib/x.so\n"),
        loads("1000-2000 r--p 00001000 08:01 7 /lib/x.so\n"),
        [("new",), ("gone",)],
    ),
}


@pytest.mark.parametrize(("before", "after", "events"), EVENTS.values(), ids=EVENTS)
def test_events(before: Snapshot, after: Snapshot, events: list[tuple[str, ...]]) -> None:
    found = [change.events for change in diff(before, after).mappings]
    assert sorted(found) == sorted(events)


# --- causes ---------------------------------------------------------------------------------------

CAUSES: dict[str, tuple[dict[str, int], dict[str, int]]] = {
    "touched": ({"rss": 4, "swap": 0}, {"rss": 8, "swap": 0}),
    "freed": ({"rss": 8, "swap": 0}, {"rss": 4, "swap": 0}),
    "swapped out": ({"rss": 8, "swap": 0}, {"rss": 4, "swap": 4}),
    "swapped in": ({"rss": 4, "swap": 4}, {"rss": 8, "swap": 0}),
    "unshared": (
        {"shared_clean": 0, "shared_dirty": 8, "private_clean": 0, "private_dirty": 0},
        {"shared_clean": 0, "shared_dirty": 4, "private_clean": 0, "private_dirty": 4},
    ),
    "shared": (
        {"shared_clean": 0, "shared_dirty": 0, "private_clean": 0, "private_dirty": 8},
        {"shared_clean": 0, "shared_dirty": 4, "private_clean": 0, "private_dirty": 4},
    ),
    "same-page merged": ({"ksm": 0}, {"ksm": 4}),
    "same-page unmerged": ({"ksm": 4}, {"ksm": 0}),
    "huge pages made": ({"anon_huge_pages": 0}, {"anon_huge_pages": 4}),
    "huge pages split": ({"anon_huge_pages": 4}, {"anon_huge_pages": 0}),
    "lazily freed": ({"lazy_free": 0}, {"lazy_free": 4}),
    "dirtied": (
        {"shared_clean": 0, "shared_dirty": 0, "private_clean": 8, "private_dirty": 0},
        {"shared_clean": 0, "shared_dirty": 0, "private_clean": 4, "private_dirty": 4},
    ),
    "cleaned": (
        {"shared_clean": 0, "shared_dirty": 8, "private_clean": 0, "private_dirty": 0},
        {"shared_clean": 4, "shared_dirty": 4, "private_clean": 0, "private_dirty": 0},
    ),
    "locked": ({"locked": 0}, {"locked": 4}),
    "unlocked": ({"locked": 4}, {"locked": 0}),
    "shared with more": ({"rss": 8, "pss": 8}, {"rss": 8, "pss": 4}),
    "shared with fewer": ({"rss": 8, "pss": 4}, {"rss": 8, "pss": 8}),
}


def of_usage(name: Name, figures: dict[str, int]) -> Mappings:
    values: dict[str, Any] = {key: value * 1024 for key, value in figures.items()}
    perms = Perms.from_text("rw-p")
    return Mappings([Mapping(PAGE, 8 * PAGE, perms, 0, Device(0, 0), 0, name, Usage(**values))])


def diff_of(name: Name, sides: tuple[dict[str, int], dict[str, int]]) -> Difference:
    return diff(of_usage(name, sides[0]), of_usage(name, sides[1]))


@pytest.mark.parametrize("cause", CAUSES)
def test_causes(cause: str) -> None:
    (change,) = diff_of(Unnamed(), CAUSES[cause]).mappings
    assert change.causes == {cause: 4096}
    assert change.events == ()


def test_a_private_file_mapping_shows_what_was_copied() -> None:
    sides = ({"rss": 8, "anonymous": 0}, {"rss": 8, "anonymous": 4})
    (change,) = diff_of(FilePath(b"/lib/x"), sides).mappings
    assert change.causes == {"copied": 4096}
    (change,) = diff_of(Unnamed(), sides).mappings
    assert change.causes == {}


def test_a_figure_that_one_side_lacks_is_no_change() -> None:
    sides = ({"rss": 8}, {"rss": 8, "ksm": 4})
    found = diff_of(Unnamed(), sides)
    assert (found.total.delta("ksm"), found.total.delta("rss")) == (None, 0)
    assert all(not change.causes for change in found.mappings)


# --- groups ---------------------------------------------------------------------------------------


def test_the_label_that_grows_is_first() -> None:
    found = diff(loads(SMAPS_BEFORE), loads(SMAPS_AFTER), "owner")
    first = found.groups[0]
    assert (first.name, first.delta("rss"), first.mappings) == (b"session cache", 7680 * 1024, 1)
    assert (first.delta("swap"), first.bound("pss")) == (-512 * 1024, 0)
    (glibc,) = (each for each in found.groups if each.name == b"glibc")
    assert (glibc.delta("rss"), glibc.mappings, glibc.changed) == (-1088 * 1024, -1, True)
    assert {each.name for each in found.groups if not each.changed} == {
        "heap",
        b"/usr/bin/server",
        b"/usr/lib/libc.so.6",
    }


def test_maps_have_sizes_only() -> None:
    found = diff(maps((1, 2, "rw-p", "")), maps((1, 4, "rw-p", "")))
    assert (found.total.size, found.total.delta("rss")) == (2 * PAGE, None)


def test_many_mappings_at_one_address_take_no_quadratic_time() -> None:
    # Text that no kernel prints; every mapping overlaps every other one.
    text = b"".join(b"1000-%x rw-p 00000000 00:00 0\n" % (0x2000 + 4096 * n) for n in range(3000))
    other = text.replace(b"1000-", b"2000-")
    found = match(loads(text, errors="collect"), loads(other, errors="collect"))
    assert sum(len(item.before) for item in found) == 3000
    assert len(found) > 3000


def test_changes_can_be_compared_and_evolved() -> None:
    found = diff(loads(SMAPS_BEFORE), loads(SMAPS_AFTER))
    assert attrs.evolve(found) == found
    assert {name for name in SUMMED if found.total.delta(name) is not None} >= {"rss", "swap"}
