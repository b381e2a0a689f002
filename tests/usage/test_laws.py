"""The laws of sums: a group is the sum of its parts, and the truth is within the bound."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from procmaps import Mapping, Mappings, Snapshot, loads, strategies
from procmaps.usage import KEYS, Group, Key, account
from procmaps.usage.figures import CEILINGS, PARTS, SUMMED

KB = 1024

CHAINS = st.lists(st.sampled_from(KEYS), max_size=3, unique=True).map(tuple)
SMAPS = strategies.snapshots(kind="smaps")


def printed(mappings: Iterator[Mapping] | Snapshot, name: str) -> list[int]:
    """Return the values of a figure, of the mappings that have it."""
    usages = [each.usage for each in mappings if each.usage is not None]
    return [value for usage in usages if (value := getattr(usage, name)) is not None]


def every_group(group: Group) -> list[Group]:
    return [group, *(below for _, below in group.walk())]


@given(SMAPS, CHAINS)
def test_the_total_is_the_sum_over_the_records(snapshot: Snapshot, by: tuple[Key, ...]) -> None:
    total = account(snapshot, by).total
    assert total.mappings == len(snapshot)
    assert total.size == sum(mapping.size for mapping in snapshot)
    assert total.names == {mapping.name.raw for mapping in snapshot}
    for name in SUMMED:
        values = printed(snapshot, name)
        figure = total.figure(name)
        assert figure.value == (sum(values) if values else None)
        assert getattr(total.usage, name) == figure.value
        assert (figure.printed, figure.absent) == (len(values), len(snapshot) - len(values))


@given(SMAPS, CHAINS)
def test_a_snapshot_has_the_sums_of_its_records(snapshot: Snapshot, by: tuple[Key, ...]) -> None:
    """The native engine adds the columns of a text in C, and records in Python."""
    assert account(snapshot, by) == account(snapshot[:], by)
    assert account(snapshot, by, sizes_only=True) == account(snapshot[:], by, sizes_only=True)


@given(SMAPS, CHAINS)
def test_a_group_is_the_sum_of_its_parts(snapshot: Snapshot, by: tuple[Key, ...]) -> None:
    for group in every_group(account(snapshot, by).total):
        if not group.groups:
            continue
        assert group.mappings == sum(part.mappings for part in group.groups)
        assert group.size == sum(part.size for part in group.groups)
        assert group.names == frozenset().union(*(part.names for part in group.groups))
        for name in (*SUMMED, *PARTS, "swap_anon"):
            figures = [part.figure(name) for part in group.groups]
            whole = group.figure(name)
            values = [each.value for each in figures if each.value is not None]
            assert whole.printed == sum(each.printed for each in figures)
            assert whole.bound == sum(each.bound for each in figures)
            if all(each.state == "complete" for each in figures):
                assert whole.value == sum(values)


@given(SMAPS, CHAINS)
def test_shared_swap_is_counted_once_so_parts_may_have_more(
    snapshot: Snapshot, by: tuple[Key, ...]
) -> None:
    for group in every_group(account(snapshot, by).total):
        whole = group.figure("swap_shmem")
        values = [part.figure("swap_shmem").value or 0 for part in group.groups]
        if group.groups and whole.value is not None:
            assert max(values) <= whole.value <= sum(values)


@given(SMAPS, CHAINS)
def test_groups_have_different_names_and_the_largest_is_first(
    snapshot: Snapshot, by: tuple[Key, ...]
) -> None:
    for group in every_group(account(snapshot, by).total):
        names = [part.name for part in group.groups]
        assert len(names) == len(set(names))
        sizes = [part.usage.rss or 0 for part in group.groups]
        assert sizes == sorted(sizes, reverse=True)
        assert {part.by for part in group.groups} <= set(by)


@given(SMAPS, CHAINS)
def test_a_selection_of_all_mappings_has_the_sums_of_the_snapshot(
    snapshot: Snapshot, by: tuple[Key, ...]
) -> None:
    assert account(snapshot[:], by) == account(snapshot, by)


@given(st.lists(SMAPS, max_size=3), CHAINS)
def test_pairs_add_up(snapshots: list[Snapshot], by: tuple[Key, ...]) -> None:
    pairs = [(2**22 + number, snapshot) for number, snapshot in enumerate(snapshots)]
    total = account(pairs, by).total
    singles = [account(snapshot).total for snapshot in snapshots]
    assert total.mappings == sum(each.mappings for each in singles)
    for name in SUMMED:
        values = [each.figure(name).value for each in singles]
        known = [value for value in values if value is not None]
        assert total.figure(name).value == (sum(known) if known else None)


# --- the bound ------------------------------------------------------------------------------------


@st.composite
def true_records(draw: st.DrawFn) -> tuple[bytes, dict[str, int]]:
    """Draw smaps of pages with users, and the sums that the kernel had before it cut them."""
    lines: list[bytes] = []
    truth: dict[str, int] = {"pss": 0, "pss_dirty": 0}
    for number in range(draw(st.integers(1, 12))):
        pages = draw(st.lists(st.tuples(st.integers(1, 300), st.booleans()), max_size=8))
        exact = {
            "pss": sum(4096 // users for users, _ in pages),
            "pss_dirty": sum(4096 // users for users, dirty in pages if dirty),
        }
        dirty = sum(dirty for _, dirty in pages)
        start = 0x1000_0000 * (number + 1)
        lines.append(
            b"%x-%x rw-p 00000000 00:00 0\nRss: %d kB\nPss: %d kB\nPss_Dirty: %d kB\n"
            b"Shared_Dirty: %d kB\nPrivate_Dirty: 0 kB\n"
            % (
                start,
                start + 4096 * len(pages) + 4096,
                4 * len(pages),
                exact["pss"] // KB,
                exact["pss_dirty"] // KB,
                4 * dirty,
            )
        )
        for name, value in exact.items():
            truth[name] += value
    return b"".join(lines), truth


@given(true_records())
def test_a_sum_of_cut_figures_is_within_its_bound(drawn: tuple[bytes, dict[str, int]]) -> None:
    text, truth = drawn
    total = account(loads(text)).total
    for name, true in truth.items():
        figure = total.figure(name)
        assert figure.value is not None
        assert figure.value <= true <= figure.value + figure.bound
        assert figure.bound <= KB * total.mappings


def test_a_record_without_shared_pages_was_not_cut() -> None:
    text = (
        b"1000-5000 rw-p 00000000 00:00 0\nRss: 16 kB\nPss: 16 kB\n"
        b"5000-9000 rw-p 00000000 00:00 0\nRss: 16 kB\nPss: 5 kB\n"
    )
    assert account(loads(text)).total.figure("pss").bound == KB


def test_without_a_ceiling_every_record_may_be_cut() -> None:
    text = b"1000-5000 rw-p 00000000 00:00 0\nPss: 16 kB\n"
    assert account(loads(text)).total.figure("pss").bound == KB


def test_every_ceiling_is_exact() -> None:
    assert set(CEILINGS) <= set(SUMMED)
    assert set(itertools.chain(*CEILINGS.values())).isdisjoint(CEILINGS)


def test_a_selection_is_a_source() -> None:
    snapshot = loads(
        b"1000-2000 rw-p 00000000 00:00 0 [heap]\nRss: 4 kB\n"
        b"2000-3000 rw-p 00000000 00:00 0\nRss: 0 kB\n"
    )
    assert account(snapshot.overlapping(0x1000, 0x1001)).total.usage.rss == 4096
    assert account(Mappings()).total.mappings == 0
