"""Figures of pages beside what a process says that it touched. Also run in booted kernels."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import procmaps
from procmaps.pages import Pages, PageSums, read_machine, read_pages, sharing_of
from procmaps.pages.pagemap_file import PAGE, PagemapFile
from procmaps.pages.probing import probe
from procmaps.usage import Key, account
from tests.pages.regions import Region, Truth

REGIONS = (
    *("written", "zero", "huge", "huge zero", "first of two", "second of two", "shared", "copied"),
    *("free", "locked", "guard", "reserve"),
)


def has_frames() -> bool:
    """Return whether frames can be had here; if not, the results say so."""
    with probe("/proc", wanted="frames") as kernel:
        return kernel.counts is not None


def sums_of(pages: Pages, region: Region) -> PageSums:
    """Return the sums of the mappings of *region*. Nothing else is in them."""
    inside = range(region.start, region.start + region.size)
    found = [each for each in pages if each.mapping.start in inside]
    assert sum(each.mapping.size for each in found) == region.size
    return PageSums.of_all(each.sums for each in found)


@pytest.fixture(scope="module")
def pages(truth: Truth) -> Pages:
    """Give the pages of the process, with frames if that is allowed."""
    return read_pages(truth.pid)


def test_the_tier_is_said(pages: Pages) -> None:
    if has_frames():
        assert (pages.tier, pages.missing) == ("frames", ())
    else:
        assert pages.tier == "entries"
        assert pages.missing
    assert not pages.torn


@pytest.mark.parametrize("name", REGIONS)
def test_pages_are_those_that_were_touched(truth: Truth, pages: Pages, name: str) -> None:
    region, sums = truth.regions[name], sums_of(pages, truth.regions[name])
    figure = sums.figure
    assert figure("rss") == region.resident * PAGE
    assert figure("shared") == region.shared * PAGE
    assert figure("uss") == (region.resident - region.shared) * PAGE
    assert figure("pss") == region.resident * PAGE - region.shared * PAGE // 2
    assert figure("anonymous") == region.touched * PAGE
    assert (figure("file") or 0) + (figure("shmem") or 0) == (region.of_file + region.shmem) * PAGE
    assert figure("copied") == (region.touched * PAGE if region.of_file else 0)
    assert figure("swapped") == figure("hugetlb") == figure("merged") == 0
    if pages.tier == "frames" or "PAGEMAP_SCAN" in pages.sources:
        assert figure("zero") == region.zero * PAGE
        assert figure("guard") == region.guard * PAGE
        assert figure("present") == (region.resident + region.zero) * PAGE


@pytest.mark.parametrize("name", REGIONS)
def test_figures_without_frames(truth: Truth, name: str) -> None:
    pages = read_pages(truth.pid, tier="entries")
    region, sums = truth.regions[name], sums_of(pages, truth.regions[name])
    figure = sums.figure
    assert pages.tier == "entries"
    assert figure("rss") == region.resident * PAGE
    assert figure("uss") == (region.resident - region.shared) * PAGE
    pss = figure("pss")
    assert pss is not None
    # smaps cuts each mapping to whole kB.
    assert 0 <= region.resident * PAGE - region.shared * PAGE // 2 - pss < 1024 * sums.mappings
    assert figure("anonymous") == region.touched * PAGE
    assert figure("present") == (region.resident + region.zero) * PAGE
    assert figure("large") is None
    assert sums.sharers is None
    if "PAGEMAP_SCAN" in pages.sources:
        assert figure("zero") == region.zero * PAGE
        assert figure("unmanaged") == 0


def agreeing(differences: Callable[[], set[str]]) -> None:
    """Check that each figure agrees in one of 100 comparisons.

    The process is stopped, but others that begin and end change what it shares at any time, so two
    reads are seldom of one moment. A wrong figure differs in every comparison.
    """
    left = differences()
    for _ in range(99):
        if not left:
            return
        left &= differences()
    assert not left


def test_every_mapping_agrees_with_smaps(truth: Truth) -> None:
    def differences() -> set[str]:
        pages, smaps = read_pages(truth.pid), procmaps.smaps(truth.pid)
        assert len(pages) == len(smaps)
        found: set[str] = set()
        for each, mapping in zip(pages, smaps, strict=True):
            usage = mapping.usage
            assert usage
            huge = (usage.anon_huge_pages, usage.shmem_pmd_mapped, usage.file_pmd_mapped)
            expected = {
                "rss": usage.rss,
                "uss": usage.uss,
                "pss": usage.pss,
                "anonymous": usage.anonymous,
                "huge_mapped": sum(size or 0 for size in huge),
            }
            read = {**each.figures, "pss": (each.figure("pss") or 0) // 1024 * 1024}
            found |= {
                f"{name} at {mapping.start:#x}" for name in expected if expected[name] != read[name]
            }
        return found

    agreeing(differences)


def test_the_kernel_agrees_on_the_whole_process(truth: Truth) -> None:
    def differences() -> set[str]:
        pages = read_pages(truth.pid)
        (rollup,) = procmaps.rollup(truth.pid)
        usage = rollup.usage
        assert usage
        read = {"rss": pages.figure("rss"), "uss": pages.figure("uss")}
        return {name for name in read if read[name] != getattr(usage, name)}

    agreeing(differences)


def test_labels_add_up_to_the_total(pages: Pages) -> None:
    total = pages.total
    chains: tuple[tuple[Key, ...], ...] = (
        ("label",),
        ("kind", "label"),
        ("group",),
        ("kind", "perms", "file"),
    )
    for keys in chains:
        tree = pages.by(*keys)
        assert tree.sums == total
        leaves = [group for _, group in tree.walk() if not group.groups]
        assert PageSums.of_all(group.sums for group in leaves) == total
        for _, group in tree.walk():
            assert all((group.figure(name) or 0) >= 0 for name in total.counted)


def test_parts_add_up(pages: Pages) -> None:
    for each in pages:
        known = each.figures
        for part in ("pss", "uss"):
            split = [known[f"{part}_{b}"] for b in ("anonymous", "file", "shmem", "unsplit")]
            # Each is cut to whole bytes.
            assert 0 <= known[part] - sum(split) < len(split)
        if each.sharers is not None:
            assert sum(each.sharers.values()) == each.figure("rss")


def test_every_frame_can_be_looked_at(truth: Truth, pages: Pages) -> None:
    if not has_frames():
        assert read_pages(truth.pid, every_frame=True).tier == "entries"
        return
    every = read_pages(truth.pid, every_frame=True)
    assert pages.figure("large") is None
    large, mapped = every.figure("large"), every.figure("huge_mapped")
    assert large is not None
    assert mapped is not None
    assert large >= mapped
    for name in ("written", "huge", "copied", "guard"):
        region = truth.regions[name]
        assert sums_of(every, region).rss == sums_of(pages, region).rss
        assert sums_of(every, region).uss == sums_of(pages, region).uss


def test_a_family_and_what_it_shares(truth: Truth) -> None:
    if not has_frames():
        with pytest.raises(procmaps.FramesHidden, match="cannot see which processes share memory"):
            read_machine([truth.pid, truth.child])
        return
    machine = read_machine([truth.pid, truth.child])
    both = sharing_of(machine, [truth.pid, truth.child])
    regions = truth.regions.values()
    # The child's copies come on top; memory that is mapped twice is counted once.
    frames = sum(each.resident + each.copied_by_child for each in regions) - 8
    common = sum(each.touched - each.copied_by_child for each in regions)
    assert both.members == (truth.pid, truth.child)
    anonymous = both.unique["anonymous"] + both.unique["shmem"] + both.unique["file"]
    assert anonymous >= frames * PAGE
    assert both.within >= common * PAGE
    assert both.matrix[truth.pid, truth.child] >= both.within
    alone = sharing_of(machine, [truth.pid])
    assert alone.others[truth.child] == both.matrix[truth.pid, truth.child]
    twice = truth.regions["first of two"]
    pages = machine.processes[truth.pid]
    assert sums_of(pages, twice).figure("uss") == twice.shmem * PAGE
    assert sums_of(pages, twice).figure("pss") == twice.shmem * PAGE // 2


def test_sharing_is_the_same_without_the_figures_of_mappings(truth: Truth) -> None:
    if not has_frames():
        return
    pids = [truth.pid, truth.child]
    full, quick = read_machine(pids), read_machine(pids, mappings=False)
    assert not quick.processes
    for machine in (full, quick):
        assert [*machine.alone] == pids
    one, other = sharing_of(full, pids), sharing_of(quick, pids)
    # Other processes may begin or end to map the same libraries meanwhile.
    for kind in ("anonymous", "shmem"):
        assert one.unique[kind] == other.unique[kind]
        assert [full.alone[pid][kind] for pid in pids] == [quick.alone[pid][kind] for pid in pids]
    assert one.matrix.keys() == other.matrix.keys()
    assert one.resident == other.resident


def test_who_shares_a_region(truth: Truth) -> None:
    if not has_frames():
        return
    machine = read_machine([truth.pid, truth.child])
    for pid in (truth.pid, truth.child):
        written = sums_of(machine.processes[pid], truth.regions["written"])
        assert written.sharers == {2: 200 * PAGE, 1: 100 * PAGE}


def test_swapped_and_present_is_not_resident(truth: Truth, pages: Pages) -> None:
    """Trap: bits 62 and 63 of pagemap are more than Swap and Rss of smaps."""
    guard, zero = truth.regions["guard"], truth.regions["zero"]
    with PagemapFile(truth.pid, "/proc") as pagemap:
        entries = memoryview(pagemap.read(guard.start, guard.size // PAGE)).cast("Q")
        assert sum(entry >> 62 & 1 for entry in entries) == guard.guard
        entries = memoryview(pagemap.read(zero.start, zero.size // PAGE)).cast("Q")
        assert sum(entry >> 63 for entry in entries) == zero.zero
    usage = account(procmaps.smaps(truth.pid)).total.usage
    assert usage.swap == 0
    assert sums_of(pages, guard).figure("swapped") == 0
