"""Captures of Debian's kernels: wide addresses, and 32-bit processes of 64-bit kernels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import procmaps
from kernel.lab import distribution
from kernel.lab.scenario_builder import GuestInfo
from procmaps.lint import lint
from procmaps.records import names
from tests.kernel.lab.comparison import check_area, check_mapping, truths

FOLDERS = [distribution.CORPUS / name for name in distribution.MACHINES]
SUFFIXES = (".maps", ".smaps", ".smaps_rollup")


@pytest.fixture(params=FOLDERS, ids=lambda path: path.name)
def folder(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def facts(folder: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((folder / "provenance.json").read_bytes())
    return loaded


def test_chosen_scenarios_are_captured(folder: Path) -> None:
    fact = facts(folder)
    info = GuestInfo(distribution.MACHINES[folder.name], fact["page_size"], fact["stack"])
    assert fact["machine"] == folder.name
    assert fact["scenarios"] == [s.name for s in distribution.scenarios(info)]
    assert sorted(fact["scenarios"]) == [name for name, _ in truths(folder)]


def test_it_prints_what_linux_prints(folder: Path) -> None:
    """A 64-bit kernel pads for 64 bits, also for a 32-bit process."""
    files = [path for path in sorted(folder.iterdir()) if path.suffix in SUFFIXES]
    assert len(files) > 15
    for path in files:
        data = path.read_bytes()
        snapshot = procmaps.loads(data)
        assert not snapshot.problems, path.name
        assert procmaps.dumps(snapshot) == data, path.name
        assert procmaps.render(snapshot, "linux-6.12-64bit") == data, path.name
        assert not [f for f in lint(data) if f.rule.severity != "note"], path.name


def test_mappings_match_the_ground_truth(folder: Path) -> None:
    compared = 0
    for scenario, truth in truths(folder):
        for shot, read in truth["snapshots"].items():
            regions = [row for row in truth["regions"] if row["snapshot"] == shot]
            for kind in ("maps", "smaps"):
                if "file" in read.get(kind, {}):
                    data = (folder / read[kind]["file"]).read_bytes()
                    check_area([*procmaps.loads(data)], regions, f"{scenario}.{kind}")
                    compared += len(regions)
    assert compared > 100


@pytest.mark.parametrize("name", ["x86_64", "arm64"])
def test_addresses_have_up_to_57_or_52_bits(name: str) -> None:
    folder = distribution.CORPUS / name
    highest = distribution.PROGRAMS[name].highest_bits
    truth = dict(truths(folder))["high_addresses"]
    asked = {1 << bit for bit in highest}
    assert {region["start"] for region in truth["regions"]} == asked
    for kind in ("maps", "smaps"):
        found = {
            m.start: m for m in procmaps.loads((folder / f"high_addresses.{kind}").read_bytes())
        }
        for region in truth["regions"]:
            check_mapping(found[region["start"]], region, kind)
        assert max(found) == 1 << highest[-1]


SPECIAL = {
    "i386": [b"[vvar]", b"[vdso]"],
    "x32": [b"[vvar]", b"[vdso]"],
    "arm": [b"[sigpage]", b"[vvar]", b"[vdso]", b"[vectors]"],
}


@pytest.mark.parametrize("name", SPECIAL)
def test_32_bit_processes_have_their_memory_below_4_gib(name: str) -> None:
    folder = distribution.CORPUS / name
    mappings = [*procmaps.loads((folder / "plain.maps").read_bytes())]
    assert max(mapping.end for mapping in mappings) <= 1 << 32
    special = [m.name.raw for m in mappings if isinstance(m.name, names.Special)]
    assert special == SPECIAL[name]
