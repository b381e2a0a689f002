"""Figures of pages beside the truth, from files that kernels of other machines printed.

``python -m tests.trials.other_machines`` records them, and runs the tests of this folder there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from procmaps.engines.engine_selection import why_not_native
from tests.pages.captured import START
from tests.pages.regions import Region
from tests.support.checkout import ROOT

CORPUS = ROOT / "corpus" / "captures" / "pages"
TESTS = 37
"""How many tests of pages ran on each machine."""

RECORDS = sorted(path.parent for path in CORPUS.glob("*/provenance.json"))


def facts_of(record: Path) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((record / "provenance.json").read_bytes())
    return facts


def expected(region: Region, page: int) -> dict[str, int]:
    """Return what a process with this region must have, in bytes."""
    return {
        "rss": region.resident * page,
        "uss": (region.resident - region.shared) * page,
        "pss": region.resident * page - region.shared * page // 2,
        "shared": region.shared * page,
        "anonymous": region.touched * page,
        "copied": region.touched * page if region.of_file else 0,
        "zero": region.zero * page,
        "guard": region.guard * page,
        "present": (region.resident + region.zero) * page,
        "swapped": 0,
        "hugetlb": 0,
        "merged": 0,
        "unmanaged": 0,
    }


@pytest.mark.parametrize("name", ["native", "python"])
@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_figures_are_those_that_were_touched(record: Path, name: str) -> None:
    check(record, name)


def check(record: Path, name: str) -> None:
    """Compare the figures of a record with its truth, as the engine *name* reads it."""
    if name == "native" and (reason := why_not_native()):
        pytest.skip(f"no native engine: {reason}")
    facts = facts_of(record)
    page = facts["page_size"]
    done = subprocess.run(
        [sys.executable, "-c", START, str(page), str(record)],
        cwd=ROOT,
        env={**os.environ, "PROCMAPS_ENGINE": name},
        stdout=subprocess.PIPE,
        check=True,
    )
    found = json.loads(done.stdout)
    assert found["page"] == page
    for region_name, region in facts["truth"]["regions"].items():
        truth = Region(**region)
        wanted = expected(truth, page)
        frames, entries = (found[tier][region_name] for tier in ("frames", "entries"))
        assert frames | wanted == frames, region_name
        assert frames["file"] + frames["shmem"] == (truth.of_file + truth.shmem) * page
        # Without frames, smaps has no figure for some, and cuts PSS to whole kB.
        assert entries["zero"] is entries["guard"] is None
        for figure in ("rss", "uss", "anonymous", "present", "swapped"):
            assert entries[figure] == wanted[figure], (region_name, figure)
        assert 0 <= wanted["pss"] - entries["pss"] < 1024


def test_records_have_every_kind_of_machine() -> None:
    kinds = [facts_of(record) for record in RECORDS]
    assert {facts["page_size"] for facts in kinds} == {4096, 16384, 65536}
    assert {facts["byte_order"] for facts in kinds} == {"little", "big"}
    assert {facts["bits"] for facts in kinds} == {32, 64}
    assert {facts["kernel"].partition("-")[0] for facts in kinds} == {"6.1", "6.12"}
    for facts in kinds:
        # The same figures were right in the guest, where the tests of this folder ran.
        assert facts["passed"].keys() == {"native", "python"}
        assert min(facts["passed"].values()) == TESTS
