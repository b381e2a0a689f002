"""Every capture compared with its ground truth: the memory that the guest mapped and named.

The ground truth comes from the results of the guest's calls, page by page, and not from a parser.
A region is a longest run of equal pages. The kernel may print it as one mapping or as several, and
each mapping must be inside a region.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import procmaps
from kernel.lab import tiny_elf
from kernel.lab.kernels import KERNELS
from kernel.lab.scenario_builder import HEAP
from kernel.lab.scenarios import SCENARIOS
from procmaps import Mapping
from procmaps.formats.releases import Release
from procmaps.formats.smaps_fields import fields_at
from procmaps.formats.vm_flags import VM_FLAG_TABLE
from procmaps.records import names
from tests.kernel.lab.comparison import check_area, truths
from tests.support.checkout import ROOT

CAPTURES = ROOT / "corpus" / "captures"
FOLDERS = sorted(path.parent for path in CAPTURES.glob("*/provenance.json"))
# The agent's mappings: layout.ld.
AGENT = ((0x10000000, 0x10010000, "r-xp"), (0x10020000, HEAP, "rw-p"))


def facts(folder: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((folder / "provenance.json").read_bytes())
    return loaded


@pytest.fixture(params=FOLDERS, ids=lambda path: path.name)
def folder(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_captures_cover_releases_architectures_and_flavours() -> None:
    kept = [facts(path) for path in FOLDERS]
    assert {path.name for path in FOLDERS} <= set(KERNELS)
    assert len({fact["architecture"] for fact in kept}) >= 6
    assert {fact["release"] for fact in kept} == {"6.1", "6.12"}
    assert sum(fact["big_endian"] for fact in kept) >= 1
    assert len({fact["architecture"] for fact in kept if fact["bits"] == 32}) >= 2
    assert {fact["flavour"] for fact in kept} >= {"named", "unnamed"}


def test_captures_are_smaller_than_twenty_megabytes() -> None:
    assert sum(path.stat().st_size for path in CAPTURES.rglob("*")) < 20_000_000


def test_all_suitable_scenarios_are_captured(folder: Path) -> None:
    fact = facts(folder)
    suits = [
        scenario.name
        for scenario in SCENARIOS.values()
        if scenario.mmu
        and (not scenario.architectures or fact["architecture"] in scenario.architectures)
    ]
    assert fact["scenarios"] == suits
    assert sorted(suits) == [name for name, _ in truths(folder)]


def test_files_parse_without_problems_and_round_trip(folder: Path) -> None:
    read = 0
    for path in sorted(folder.iterdir()):
        if path.suffix not in (".maps", ".smaps", ".smaps_rollup"):
            continue
        data = path.read_bytes()
        snapshot = procmaps.loads(data)
        assert not snapshot.problems, path.name
        assert procmaps.dumps(snapshot) == data, path.name
        assert len(snapshot) > 0, path.name
        read += 1
    assert read >= len(facts(folder)["scenarios"])


@pytest.mark.parametrize("kind", ["maps", "smaps"])
def test_mappings_match_the_ground_truth(folder: Path, kind: str) -> None:
    compared = 0
    for scenario, truth in truths(folder):
        for shot, files in truth["snapshots"].items():
            if "file" not in files.get(kind, {}):
                continue
            snapshot = procmaps.loads((folder / files[kind]["file"]).read_bytes())
            regions = [row for row in truth["regions"] if row["snapshot"] == shot]
            where = f"{folder.name}/{files[kind]['file']}"
            if scenario not in ("one_page", "nothing_mapped"):
                check_surroundings(list(snapshot), facts(folder), where)
            check_area(list(snapshot), regions, where)
            compared += len(regions)
    assert compared > 100


def check_surroundings(mappings: list[Mapping], fact: dict[str, Any], where: str) -> None:
    """Check that the agent has the addresses of its layout, and the stack the recorded one."""
    agent = [(m.start, m.end, str(m.perms)) for m in mappings if m.name.raw == b"/init"]
    assert tuple(agent) == AGENT, where
    stacks = [m for m in mappings if isinstance(m.name, names.Stack)]
    assert any(m.start <= fact["stack"] < m.end for m in stacks), where


def test_rollup_is_the_sum_of_the_mappings(folder: Path) -> None:
    # Not Pss and Locked: the kernel truncates fractions of a byte for each mapping.
    fields = ["rss", "shared_clean", "shared_dirty", "private_clean", "private_dirty"]
    fields += ["anonymous", "swap"]
    compared = 0
    for path in sorted(folder.glob("*.smaps_rollup")):
        (rollup,) = procmaps.loads(path.read_bytes())
        mappings = procmaps.loads(path.with_suffix(".smaps").read_bytes())
        assert rollup.usage is not None
        for field in fields:
            total = sum(getattr(m.usage, field) or 0 for m in mappings)
            assert getattr(rollup.usage, field) == total, f"{path.name}: {field}"
        compared += 1
    assert compared > 0


def test_one_page_program_has_the_expected_maps(folder: Path) -> None:
    path = folder / "one_page.maps"
    if not path.exists():
        assert "one_page" not in facts(folder)["scenarios"]
        return
    truth = json.loads((folder / "one_page.truth.json").read_bytes())
    (program,) = [row for row in truth["operations"] if row["op"] == "statx"]
    device = (program["major"], program["minor"])
    name = b"/t/one_page/program"
    expected = tiny_elf.expected_maps(device, program["inode"], name)
    assert path.read_bytes() == expected


def test_process_without_memory_has_an_empty_rollup(folder: Path) -> None:
    path = folder / "nothing_mapped.maps"
    if not path.exists():
        assert "nothing_mapped" not in facts(folder)["scenarios"]
        return
    assert path.read_bytes() == tiny_elf.GATE
    assert (folder / "nothing_mapped.numa_maps").read_bytes() == b""
    head, *fields = path.with_suffix(".smaps_rollup").read_bytes().rstrip(b"\n").split(b"\n")
    assert head == b"00000000-00000000 ---p 00000000 00:00 0 ".ljust(73) + b"[rollup]"
    assert all(field.endswith(b" 0 kB") for field in fields)
    (rollup,) = procmaps.loads(path.with_suffix(".smaps_rollup").read_bytes())
    assert (rollup.start, rollup.end, rollup.name.kind) == (0, 0, "rollup")


def test_name_follows_a_long_line_by_two_spaces(folder: Path) -> None:
    """seq_pad(): after the name column, the name follows the inode by two spaces."""
    path = folder / "wide_numbers.maps"
    if not path.exists():
        assert "wide_numbers" not in facts(folder)["scenarios"]
        return
    (line,) = [line for line in path.read_bytes().split(b"\n") if line.startswith(b"7f00")]
    head = rb"7f0000000000-7f0000001000 r--s 7ffffffffffe0000 00:\w\w 18446744073709551615"
    assert re.fullmatch(head + rb"  /t/fuse/file", line)


# Flags of the captured releases that no capture shows, and the reason.
NEVER_SHOWN = {
    "ss": "QEMU's emulation has no shadow stacks",
    "sf": "MAP_SYNC is for files on persistent memory that is mapped directly (DAX)",
}


def test_captures_show_all_flags_and_a_value_of_each_field() -> None:
    """docs/lab.md has the reason for each exception."""
    filled: set[bytes] = set()
    flags: set[bytes] = set()
    for path in (*CAPTURES.glob("*/*.smaps"), *CAPTURES.glob("*/*.smaps_rollup")):
        for line in path.read_bytes().split(b"\n"):
            key, colon, value = line.partition(b":")
            if key == b"VmFlags":
                flags |= set(value.split())
            elif colon and b" " not in key and value.split()[:1] != [b"0"]:
                filled.add(key)
    captured = [Release.parse(name) for name in ("6.1", "6.12")]
    expected = {
        field.key
        for release in captured
        for rollup in (False, True)
        for field in fields_at(release, rollup=rollup)
    }
    assert expected - {b"VmFlags"} - filled == set()
    known = {
        info.mnemonic.decode()
        for info in VM_FLAG_TABLE
        if any(info.span.covers(release) for release in captured)
    }
    assert known - {flag.decode() for flag in flags} == set(NEVER_SHOWN)


def test_all_labels_are_refused_without_the_option(folder: Path) -> None:
    answers = json.loads((folder / "prctl.json").read_bytes())
    errnos = {name: answer["errno"] for name, answer in answers.items()}
    if facts(folder)["flavour"] == "unnamed":
        assert set(errnos.values()) == {"EINVAL"}
    else:
        assert errnos["plain_label"] is None


def test_nameable_memory_differs_between_6_1_and_6_12(folder: Path) -> None:
    fact = facts(folder)
    if fact["flavour"] == "unnamed":
        return
    answers = json.loads((folder / "prctl.json").read_bytes())
    shared = ("shared_anonymous", "memfd", "memfd_private", "unlinked_file")
    expected = None if fact["release"] == "6.12" else "EBADF"
    assert {answers[name]["errno"] for name in shared} == {expected}
    never = ("linked_file", "unlinked_later", "system_v", "file_in_the_middle")
    assert {answers[name]["errno"] for name in never} == {"EBADF"}


def test_stack_hides_a_label_only_where_it_started(folder: Path) -> None:
    snapshot = procmaps.loads((folder / "label_part_of_stack.maps").read_bytes())
    fact = facts(folder)
    if fact["flavour"] == "unnamed":
        assert not any(isinstance(m.name, names.AnonName) for m in snapshot)
        return
    (labelled,) = (m for m in snapshot if isinstance(m.name, names.AnonName))
    (stack,) = (m for m in snapshot if isinstance(m.name, names.Stack))
    assert labelled.name == names.AnonName.of(b"below the start")
    assert (labelled.end, stack.start) == (fact["stack"], fact["stack"])


def test_captures_contain_no_path_of_the_host(folder: Path) -> None:
    for path in folder.iterdir():
        data = path.read_bytes()
        assert b"/work" not in data
        assert b"/home" not in data
        assert b"/tmp" not in data
