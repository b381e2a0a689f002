"""Captures of QEMU's user mode: parsed, rendered, and compared with their ground truth."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import procmaps
from kernel.lab import capture, user_mode
from kernel.lab.scenario_builder import GuestInfo
from procmaps.lint import lint
from procmaps.records import names
from tests.kernel.lab.comparison import check_area, truths

FOLDERS = sorted(user_mode.CORPUS.iterdir())
SUFFIXES = (".maps", ".smaps")


@pytest.fixture(params=FOLDERS, ids=lambda path: path.name)
def folder(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def facts(folder: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((folder / "provenance.json").read_bytes())
    return loaded


def is_old(folder: Path) -> bool:
    """Return whether QEMU is older than 8.1, which prints smaps itself."""
    return folder.name.endswith("-7.2")


def files(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES)
    assert len(found) >= len(user_mode.CHOSEN)
    return found


def test_captures_have_every_machine_in_two_releases() -> None:
    machines = {path.name for path in FOLDERS}
    assert machines == {f"{name}-{qemu}" for name in user_mode.MACHINES for qemu in ("7.2", "10.0")}
    kept = [facts(path) for path in FOLDERS]
    kinds = {(fact["bits"], fact["big_endian"]) for fact in kept}
    assert kinds == {(bits, big) for bits in (32, 64) for big in (False, True)}
    for path, fact in zip(FOLDERS, kept, strict=True):
        machine = user_mode.MACHINES[fact["machine"]]
        assert (machine.bits, machine.big_endian) == (fact["bits"], fact["big_endian"]), path.name


def test_chosen_scenarios_are_captured(folder: Path) -> None:
    fact = facts(folder)
    info = GuestInfo(user_mode.MACHINES[fact["machine"]], fact["page_size"], fact["stack"])
    suits = [s.name for s in user_mode.scenarios(info, frozenset(("maps",)))]
    assert fact["scenarios"] == suits
    assert sorted(suits) == [name for name, _ in truths(folder)]
    assert any(path.suffix == ".smaps" for path in files(folder)) != is_old(folder)


def test_text_is_detected_and_round_trips(folder: Path) -> None:
    for path in files(folder):
        data = path.read_bytes()
        snapshot = procmaps.loads(data)
        assert snapshot.dialect.name == "qemu", path.name
        assert procmaps.dumps(snapshot) == data, path.name
        doubled = is_old(folder) and facts(folder)["machine"] == "x86_64"
        assert len(snapshot.problems) == doubled, path.name


def test_renderer_prints_the_same(folder: Path) -> None:
    made = "qemu-user" if facts(folder)["bits"] == 64 else "qemu-user-32bit"
    for path in files(folder):
        data = path.read_bytes()
        assert procmaps.render(procmaps.loads(data), made) == data, path.name


def test_lint_warns_of_the_second_vsyscall_only(folder: Path) -> None:
    for path in files(folder):
        found = {f.rule.id for f in lint(path.read_bytes()) if f.rule.severity != "note"}
        assert found <= {"repeated"}, path.name


# QEMU 7.2 gives the kernel the low 32 bits of an offset that mmap2() counts in pages.
CUT_OFFSETS = ("i386", "arm", "mips", "mipsel", "powerpc", "m68k")


def test_mappings_match_the_ground_truth(folder: Path) -> None:
    compared = 0
    for scenario, truth in truths(folder):
        if scenario == "offsets" and is_old(folder) and facts(folder)["machine"] in CUT_OFFSETS:
            for region in truth["regions"]:
                region["offset"] &= 0xFFFFFFFF
        for shot, read in truth["snapshots"].items():
            for kind in read.values():
                data = (folder / kind["file"]).read_bytes()
                mappings = [*procmaps.loads(data)]
                if scenario == "label_heap_and_stack" and is_old(folder):
                    assert not any(isinstance(m.name, names.Heap) for m in mappings)
                    continue
                regions = [row for row in truth["regions"] if row["snapshot"] == shot]
                where = f"{folder.name}/{kind['file']}"
                check_area(mappings, regions, where, user_mode.OWN.stop)
                compared += len(regions)
    assert compared > 60


def test_prctl_refuses_labels(folder: Path) -> None:
    refused = 0
    for _, truth in truths(folder):
        for row in truth["operations"]:
            if row["op"] == "prctl":
                assert row["result"] == -22, folder.name
                refused += 1
    assert refused > 10


def test_own_memory_only_is_compared() -> None:
    kept = capture.read(user_mode.CORPUS / "mips-10.0")
    assert user_mode.compare(kept, kept) == []
    text = kept.files["plain.maps"]

    def changed(old: bytes, new: bytes) -> list[str]:
        assert text.count(old) == 1
        return user_mode.compare(
            kept, capture.Capture({**kept.files, "plain.maps": text.replace(old, new)})
        )

    assert changed(b"20002000-20003000 r--p", b"20002000-20003000 rw-p") == ["plain.maps: differs"]
    assert changed(b"[stack]", b"[heap]") == []
    missing = {name: data for name, data in kept.files.items() if name != "plain.maps"}
    assert user_mode.compare(kept, capture.Capture(missing)) == ["plain.maps: on one side"]
