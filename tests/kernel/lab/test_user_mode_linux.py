"""Captures of User-mode Linux: parsed, rendered, and compared with their ground truth."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import procmaps
from kernel.lab import user_mode_linux
from procmaps.lint import lint
from procmaps.records import names
from tests.kernel.lab.comparison import check_area, truths

FILES = sorted(
    path
    for path in user_mode_linux.CORPUS.iterdir()
    if path.suffix in (".maps", ".smaps", ".smaps_rollup")
)


@pytest.fixture(params=FILES, ids=lambda path: path.name)
def file(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_chosen_scenarios_are_captured() -> None:
    facts = json.loads((user_mode_linux.CORPUS / "provenance.json").read_bytes())
    assert facts["scenarios"] == list(user_mode_linux.CHOSEN)
    assert sorted(facts["scenarios"]) == [name for name, _ in truths(user_mode_linux.CORPUS)]


def test_it_prints_what_linux_prints(file: Path) -> None:
    data = file.read_bytes()
    snapshot = procmaps.loads(data)
    assert snapshot.dialect.name == "linux"
    assert not snapshot.problems
    assert procmaps.dumps(snapshot) == data
    assert procmaps.render(snapshot, "linux-6.1-64bit") == data
    assert not [f for f in lint(data) if f.rule.severity != "note"]


def test_mappings_match_the_ground_truth() -> None:
    """The heap may be executed: VM_DATA_DEFAULT_FLAGS, arch/um/include/asm/page.h."""
    compared = 0
    for scenario, truth in truths(user_mode_linux.CORPUS):
        for shot, read in truth["snapshots"].items():
            regions = [row for row in truth["regions"] if row["snapshot"] == shot]
            for region in regions:
                if region["kind"] == "heap":
                    region["perms"] = "rwxp"
            for kind in ("maps", "smaps"):
                if "file" not in read.get(kind, {}):
                    continue
                data = (user_mode_linux.CORPUS / read[kind]["file"]).read_bytes()
                check_area([*procmaps.loads(data)], regions, f"{scenario}.{kind}")
                compared += len(regions)
    assert compared > 150


def test_vdso_is_the_only_page_of_the_kernel() -> None:
    """x86 proper prints [vvar] and [vsyscall], too."""
    snapshot = procmaps.loads((user_mode_linux.CORPUS / "plain.maps").read_bytes())
    special = [m.name.raw for m in snapshot if isinstance(m.name, names.Special)]
    assert special == [b"[vdso]"]
