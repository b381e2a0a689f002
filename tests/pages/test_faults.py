"""Faults of kernels that this project steps round are really there, and the remedy works.

Also run in booted kernels. A test that fails here may mean that a kernel was repaired: then the
table in `procmaps.formats.page_bits` gets the release.
"""

from __future__ import annotations

import os
import re

from procmaps.formats.page_bits import FRAME_FLAGS, KERNEL_FAULTS
from procmaps.formats.releases import Release
from procmaps.pages import read_pages
from procmaps.pages.entries import frames, tally
from procmaps.pages.pagemap_file import PAGE, PagemapFile
from procmaps.pages.probing import probe
from tests.pages.regions import HUGE, Truth
from tests.pages.test_truth import sums_of


def running() -> Release:
    """Return the release of the kernel that runs."""
    found = re.match(r"\d+\.\d+", os.uname().release)
    assert found
    return Release.parse(found[0])


def test_bit_56_of_a_partly_copied_huge_page(truth: Truth) -> None:
    region = truth.regions["huge"]
    with PagemapFile(truth.pid, "/proc") as pagemap:
        data = pagemap.read(region.start, HUGE // PAGE)
    by_bit = tally(data).exclusive + tally(data).exclusive_file
    sums = sums_of(read_pages(truth.pid), region)
    assert sums.figure("uss") == region.copied_by_child * PAGE
    if sums.figure("huge_mapped") != region.size:
        return  # no huge page was to be had: then the bit is right
    faulty = KERNEL_FAULTS["exclusive of huge pages"].is_in(running())
    right = by_bit == region.copied_by_child
    assert faulty is not right or faulty is None, f"bit 56 says {by_bit} pages"


def test_the_flag_of_merged_pages(truth: Truth) -> None:
    region = truth.regions["written"]
    with probe("/proc", wanted="frames") as kernel:
        if kernel.flags is None:
            assert kernel.missing
            return
        with PagemapFile(truth.pid, "/proc") as pagemap:
            found = kernel.flags.read(frames(pagemap.read(region.start, 300)))
        merged = [bool(flags & FRAME_FLAGS["merged"].mask) for flags in found.values()]
        # Nothing was merged. Where the flag is wrong, it is wrong on each page.
        faulty = KERNEL_FAULTS["merged without KSM"].is_in(running())
        assert kernel.merged_flag is not any(merged)
        assert any(merged) is all(merged)
        assert any(merged) is faulty or faulty is None
    pages = read_pages(truth.pid)
    assert pages.figure("merged") == 0
    assert bool(pages.faults) is any(merged)


def test_the_table_knows_what_was_booted() -> None:
    huge, merged = KERNEL_FAULTS["exclusive of huge pages"], KERNEL_FAULTS["merged without KSM"]
    releases = [Release.parse(text) for text in ("6.1", "6.12", "6.18", "6.6")]
    assert [huge.is_in(release) for release in releases] == [True, False, True, None]
    assert [merged.is_in(release) for release in releases] == [False, True, False, None]
