"""Captures of kernels without an MMU: parsed, rendered, and compared with their ground truth."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import procmaps
from kernel.lab import capture, guest
from kernel.lab.kernels import KERNELS
from kernel.lab.scenarios import SCENARIOS
from procmaps.lint import lint
from procmaps.records import names
from procmaps.records.perms import Sharing
from tests.kernel.lab.comparison import bytes_of, check_mapping, truths

KERNEL = KERNELS["6.12-riscv64-nommu"]
FOLDER = capture.CORPUS / KERNEL.folder
FILES = sorted(FOLDER.glob("*.maps"))


@pytest.fixture(params=FILES, ids=lambda path: path.name)
def file(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_all_scenarios_without_an_mmu_are_captured() -> None:
    suits = [scenario.name for scenario in SCENARIOS.values() if not scenario.mmu]
    facts = json.loads((FOLDER / "provenance.json").read_bytes())
    assert facts["scenarios"] == suits
    assert [path.stem for path in FILES] == sorted(suits)


def test_text_round_trips_and_the_renderer_prints_the_same(file: Path) -> None:
    data = file.read_bytes()
    snapshot = procmaps.loads(data, dialect="nommu")
    assert not snapshot.problems
    assert procmaps.dumps(snapshot) == data
    assert procmaps.render(snapshot, "nommu-6.12-64bit") == data
    assert not [f for f in lint(data, dialect="nommu") if f.rule.severity == "error"]


def test_direct_mappings_reveal_the_dialect(file: Path) -> None:
    data = file.read_bytes()
    direct = any(m.perms.sharing is Sharing.DIRECT for m in procmaps.loads(data, dialect="nommu"))
    assert (procmaps.loads(data).dialect.name == "nommu") == direct == (b"S " in data)


def test_mappings_match_the_ground_truth() -> None:
    """A shared mapping of a file is direct. Shared anonymous memory is printed as private."""
    compared = 0
    for scenario, truth in truths(FOLDER):
        snapshot = procmaps.loads((FOLDER / f"{scenario}.maps").read_bytes(), dialect="nommu")
        found = {m.start: m for m in snapshot}
        named = {m.name.raw for m in snapshot if m.name.raw.startswith(b"/t/")}
        for region in truth["regions"]:
            if region["kind"] == "shared":
                region |= {"kind": "anonymous", "perms": region["perms"][:3] + "p"}
            elif region["kind"] == "file":
                region["perms"] = region["perms"].replace("s", "S")
                original = bytes_of(region["name"])
                assert original is not None
                assert original + names.DELETED * (not region["linked"]) in named
            for start in [at for at in found if region["start"] <= at < region["end"]]:
                check_mapping(found.pop(start), region, f"{scenario}: {region}")
                compared += 1
        program, stack = (found[start] for start in sorted(found))
        assert (str(program.perms), program.name.raw) == ("rwxp", b"")
        assert stack.name == names.Stack()
    assert compared > 40


def test_newlines_in_names_are_printed_as_they_are() -> None:
    data = (FOLDER / "nommu_names.maps").read_bytes()
    assert b" /t/names/line\nfeed\n" in data
    assert b" /t/names/" + 255 * b"\n" + b"\n" in data


def test_labels_are_refused() -> None:
    truth = json.loads((FOLDER / "nommu_memory.truth.json").read_bytes())
    assert [row["result"] for row in truth["operations"] if row["op"] == "prctl"] == [-22]


def test_agent_is_marked_as_loaded_anywhere(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_bytes(b"\x7fELF" + bytes(12) + b"\x02\x00" + bytes(46))
    guest.mark_as_loaded_anywhere(program)
    assert program.read_bytes()[16:18] == b"\x03\x00"
