"""``procmaps check --list``, ``--show`` and ``--export``."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from procmaps import _resources
from procmaps.check.case_files import export_cases
from procmaps.check.cases import load
from tests.check.conftest import OWN, Check


def test_lists_cases(check: Check) -> None:
    done = check("--list", "--case", "names/space")
    (maps, smaps) = load(only=["names/space"])
    assert done.stdout == f"names/space.maps   {maps.shows}\nnames/space.smaps  {smaps.shows}\n"
    data = json.loads(check("--list", "--json").stdout)
    assert [item["case"] for item in data] == [case.id for case in load()]


def test_shows_a_case(check: Check) -> None:
    text = check("--show", "names/byte-latin1.maps").stdout
    (case,) = load(only=["names/byte-latin1.maps"])
    assert text.startswith(f"names/byte-latin1.maps: {case.shows}\n  source:   {case.source}\n")
    assert "\\xf6" in text
    assert '{"base64": ' in text
    assert "\u00e9" not in text
    assert "\u00f6" not in text


def test_shows_every_right_answer(check: Check) -> None:
    text = check("--show", "damaged/torn-name").stdout
    assert "/opt/sec\n" in text
    for policy in ("torn-kept", "torn-dropped", "malformed-rejected"):
        assert f"  right answer ({policy}):" in text
    assert "  line 2 is invalid: " in check("--show", "damaged/invalid-words").stdout
    assert (
        "  also right for mapping 0 (deleted-ambiguous): path '"
        in check("--show", "names/deleted").stdout
    )


def test_shows_a_case_as_json(check: Check) -> None:
    (found,) = json.loads(check("--show", "names/space.maps", "--json").stdout)
    (case,) = load(only=["names/space.maps"])
    assert found["dump"]["text"] == case.data.decode()
    assert len(found["records"]) == len(case.records)
    assert found["answers"] == [
        {"policy": "", "rejected": False, "records": list(range(len(case.records)))}
    ]


def test_exports_cases_that_load_again(check: Check, tmp_path: Path) -> None:
    done = check("--export", "out", "--tag", "deleted")
    assert (done.returncode, done.stderr) == (0, "")
    chosen = load(tags=["deleted"])
    assert done.stdout == f"{len(chosen)} cases written to out; see README.txt there\n"
    assert load(folder=tmp_path / "out") == chosen
    assert check("--cases", "out", "--batch", "--", *OWN, "--batch").returncode == 0


def test_exports_only_the_kinds_asked_for(tmp_path: Path) -> None:
    chosen = load(("smaps",), only=["names/space*"])
    export_cases(chosen, tmp_path / "out")
    assert load(folder=tmp_path / "out") == chosen
    assert not list((tmp_path / "out").glob("*/*.maps"))


def test_exported_manifests_follow_the_exported_schema(tmp_path: Path) -> None:
    export_cases(load(tags=["deleted"]), tmp_path)
    schema = json.loads((tmp_path / "manifest.schema.json").read_bytes())
    assert schema == json.loads(_resources.read("corpus/schema/manifest.schema.json"))
    manifests = list(tmp_path.glob("*/manifest.json"))
    assert manifests
    for manifest in manifests:
        jsonschema.validate(json.loads(manifest.read_bytes()), schema)


def test_does_not_export_into_a_folder_with_files(check: Check, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("")
    done = check("--export", ".")
    assert (done.returncode, done.stderr) == (
        2,
        "procmaps: cannot write .: the folder is not empty\n",
    )


@pytest.mark.parametrize("command", [("--list",), ("--show", "names/space"), ("--export", "x")])
def test_takes_no_command(check: Check, command: tuple[str, ...]) -> None:
    done = check(*command, "--", "true")
    assert done.returncode == 2
    assert "--list, --show and --export take no COMMAND: they run nothing." in done.stderr


def test_export_has_the_answers_and_lists_of_the_chosen_dumps(check: Check, tmp_path: Path) -> None:
    done = check("--export", "out", "--case", "names/space", "--reads", "maps")
    assert done.returncode == 0
    answers = json.loads((tmp_path / "out/names/space.answers.json").read_bytes())
    assert list(answers) == ["maps"]
    profiles = json.loads((tmp_path / "out/profiles.json").read_bytes())["profiles"]
    assert {name: entry["cases"] for name, entry in profiles.items()} == {
        "linux": ["names/space.maps"], "labels": [], "other-systems": [], "damaged": [],
    }  # fmt: skip
    own = _resources.read("corpus/cases/features.json")
    assert (tmp_path / "out/features.json").read_bytes() == own
    again = check("--cases", "out", "--profile", "linux", "--", *OWN)
    assert (again.returncode, again.stdout.splitlines()[-1]) == (0, "linux        1     1")
