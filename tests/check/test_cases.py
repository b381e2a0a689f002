"""The cases as shipped: complete, small, consistent, and selected by glob and tag."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from procmaps import _resources, loads
from procmaps.check.cases import FOLDER, Case, InvalidCases, NoSuchCase, load
from procmaps.formats.file_kinds import FILE_KINDS
from procmaps.json_format import to_json

ROOT = _resources.path(FOLDER)
FILES = [path for path in ROOT.glob("*/*") if path.is_file()]
CASES = load()


def _policies(case: Case) -> list[str]:
    return [item.policy for item in case.either] + [item.policy for item in case.interpretations]


def test_there_are_at_least_300_cases() -> None:
    names = {case.id.rpartition(".")[0] for case in CASES}
    assert len(names) >= 300
    assert {case.kind for case in CASES} == set(FILE_KINDS)


def test_cases_take_less_than_6_mb() -> None:
    assert sum(path.stat().st_size for path in FILES) < 6_000_000


def test_every_file_belongs_to_a_case() -> None:
    known = {f"{case.id}" for case in CASES}
    known |= {f"{case.name}{end}" for case in CASES for end in (".json", ".answers.json")}
    known |= {f"{group}/manifest.json" for group in {case.group for case in CASES}}
    assert {path.relative_to(ROOT).as_posix() for path in FILES} == known


def test_every_record_is_in_an_allowed_answer() -> None:
    for case in CASES:
        used = {index for allowed in case.allowed for index in allowed.records or ()}
        assert used == set(range(len(case.records))), case.id


def test_every_choice_has_a_policy() -> None:
    for case in CASES:
        policies = _policies(case)
        assert all(policies), case.id
        assert bool(policies) != case.must, case.id
        assert len(case.either) != 1, case.id


def test_invalid_lines_exist() -> None:
    damaged = [case for case in CASES if case.invalid_lines]
    assert len(damaged) > 30
    for case in damaged:
        lines = case.data.count(b"\n") + (not case.data.endswith(b"\n"))
        assert all(1 <= item.line <= lines for item in case.invalid_lines), case.id
        # A dump with a line that no producer prints may be refused.
        assert any(allowed.records is None for allowed in case.either), case.id


def test_interpretations_print_the_same_column() -> None:
    """Escape the original by hand, append the mark, and compare with the column."""
    ambiguous = [case for case in CASES if case.interpretations]
    assert len(ambiguous) > 50
    for case in ambiguous:
        for item in case.interpretations:
            printed = item.path.replace(b"\n", rb"\012")
            printed += b" (deleted)" if item.deleted else b""
            assert printed == case.records[item.record].name.raw, case.id


def test_schema_lists_exactly_the_policies_used() -> None:
    used = {policy for case in CASES for policy in _policies(case)}
    schema = json.loads(_resources.read("corpus/schema/manifest.schema.json"))
    defined = {
        policy
        for part in ("allowed", "interpretation")
        for policy in schema["$defs"][part]["properties"]["policy"]["enum"]
    }
    assert used == defined


def test_dumps_round_trip() -> None:
    for case in CASES:
        assert loads(case.data, errors="collect").dumps() == case.data, case.id


# --- selection ------------------------------------------------------------------------------------


def ids(only: list[str], skip: list[str] | None = None) -> list[str]:
    return [case.id for case in load(("maps",), only=only, skip=skip or [])]


def test_selects_by_glob() -> None:
    assert ids(only=["names/space"]) == ["names/space.maps"]
    assert ids(only=["names/space.maps"]) == ["names/space.maps"]
    assert ids(only=["names/space-t*"]) == [
        "names/space-then-path.maps",
        "names/space-trailing.maps",
        "names/space-trailing-two.maps",
        "names/space-two.maps",
    ]
    assert ids(only=["names/space*"], skip=["names/space-*"]) == ["names/space.maps"]


def test_selects_by_all_tags() -> None:
    found = load(("maps",), tags=["nommu"])
    assert found
    assert all("nommu" in case.tags for case in found)
    assert set(load(tags=["label", "shmem"])) < set(load(tags=["label"]))


@pytest.mark.parametrize(
    ("only", "skip", "tags", "message"),
    [
        (
            ["names/spcae"],
            [],
            [],
            "no case matches 'names/spcae'; did you mean names/space or names/socket?",
        ),
        (["xyz"], [], [], "no case matches 'xyz';"),
        ([], [], ["delted"], "no case has the tag 'delted'; did you mean deleted?"),
        ([], [], ["nommu", "label"], "no selected case of kind maps has the tags label, nommu;"),
        ([], ["*"], [], "no selected case of kind maps is left;"),
    ],
)
def test_rejects_a_selection_of_nothing(
    only: list[str], skip: list[str], tags: list[str], message: str
) -> None:
    with pytest.raises(NoSuchCase) as caught:
        load(("maps",), only=only, skip=skip, tags=tags)
    assert str(caught.value) == f"{message} `procmaps check --list` lists all cases"


# --- another folder -------------------------------------------------------------------------------


def own(folder: Path, record: object) -> Path:
    group = folder / "mine"
    group.mkdir()
    entry = {"shows": "x", "source": "me", "producer": "linux", "tags": ["a"], "files": ["maps"]}
    (group / "manifest.json").write_text(json.dumps({"cases": {"one": entry}}))
    (group / "one.maps").write_bytes(b"1000-2000 r-xp 0 0:0 0 /x\n")
    (group / "one.json").write_text(json.dumps([record]))
    return folder


def test_loads_another_folder(tmp_path: Path) -> None:
    record = to_json(loads(b"1000-2000 r-xp 0 0:0 0 /x\n")[0])
    (case,) = load(folder=own(tmp_path, record))
    assert (case.id, case.must, case.producer) == ("mine/one.maps", True, "linux")
    assert to_json(case.records[0]) == record


def test_rejects_an_invalid_record(tmp_path: Path) -> None:
    folder = own(tmp_path, {"start": "0x1000"})
    with pytest.raises(InvalidCases) as caught:
        load(folder=folder)
    assert str(caught.value) == (
        f"cannot read cases from {folder}: not a procmaps record: end is missing; a folder of "
        "cases contains a manifest.json, or folders with one, as `procmaps check --export DIR` "
        "writes them"
    )
