"""Scores by profile and by weight, in every report."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import attrs
import pytest

from procmaps.check.cases import Case, NoSuchCase, load, load_profiles
from procmaps.check.html_report import to_html
from procmaps.check.reports import Report, to_json, to_junit, to_markdown
from procmaps.check.runner import Plan, Result, Runner
from procmaps.check.scores import STANDINGS, scores_of, standing
from procmaps.check.verdicts import Difference, Verdict
from tests.check.conftest import Check

CASES = {case.id: case for case in load()}
PROFILES = {profile.name: profile for profile in load_profiles()}
WRONG = Verdict("wrong", (Difference("name", "x", "y", 0),))


def _result(case: str, verdict: Verdict, control: Verdict | None = None) -> Result:
    return Result(CASES[case], verdict, control=control)


RESULTS = (
    _result("names/plain.maps", Verdict("pass")),
    _result("names/space.maps", WRONG, Verdict("pass")),
    _result("names/deleted.maps", WRONG, WRONG),
    _result("labels/space-one.maps", Verdict("lost"), Verdict("pass")),
    _result("labels/space-two.maps", Verdict("crash"), Verdict("pass")),
    _result("names/byte-tab.maps", attrs.evolve(
        WRONG, differences=(Difference("name", "x", "y", 0, "control-characters"),))),
    _result("names/byte-high-last.maps", attrs.evolve(
        WRONG, differences=(Difference("name", "x", "y", 0, "harmless"),))),
    _result("damaged/invalid-words.maps", Verdict("invented")),
    _result("producers/qemu.maps", Verdict("not-run")),
    _result("producers/netbsd.maps", Verdict("adapter-fault")),
)  # fmt: skip


def test_each_result_counts_as_one_thing() -> None:
    assert [standing(result, proc_only=False) for result in RESULTS] == [
        "pass", "value", "control", "mapping", "refusal", "policy", "blemish", "policy", "not-run",
        "adapter-fault",
    ]  # fmt: skip


def test_scores_count_by_profile() -> None:
    scores = scores_of(PROFILES.values(), RESULTS, proc_only=False)
    counted = {score.profile.name: {k: n for k, n in score.counts.items() if n} for score in scores}
    assert counted == {
        "linux": {
            "pass": 1, "value": 1, "control": 1, "mapping": 1, "refusal": 1, "policy": 1,
            "blemish": 1,
        },
        "labels": {"mapping": 1, "refusal": 1},
        "other-systems": {"not-run": 1, "adapter-fault": 1},
        "damaged": {"policy": 1},
    }  # fmt: skip
    asked = {score.profile.name: score.asked for score in scores}
    assert asked == {"linux": 7, "labels": 2, "other-systems": 0, "damaged": 1}


REPORT = Report(("x",), RESULTS, profiles=tuple(PROFILES.values()))


def test_json_has_the_scores_and_what_each_result_counts_as() -> None:
    given = json.loads(to_json(REPORT))
    assert given["profiles"]["linux"]["asked"] == 7
    assert given["profiles"]["linux"]["mapping"] == 1
    assert set(given["profiles"]["labels"]) == {"about", "asked", *STANDINGS}
    assert [item["counts_as"] for item in given["results"]][:3] == ["pass", "value", "control"]


def test_junit_has_the_scores_as_properties_and_the_weights_as_types() -> None:
    suite = ET.fromstring(to_junit(REPORT))  # noqa: S314 - our own XML
    found = {item.get("name"): item.get("value") for item in suite.iter("property")}
    assert found["linux.refusal"] == "1"
    assert found["labels.asked"] == "2"
    assert {item.get("type") for item in suite.iter("failure")} == {
        "value", "control", "mapping", "refusal", "blemish",
    }  # fmt: skip
    assert suite.get("tests") == str(len(RESULTS))
    assert sum("policy" in (item.get("message") or "") for item in suite.iter("skipped")) == 2


def test_html_and_markdown_have_the_table() -> None:
    html, markdown = to_html(REPORT), to_markdown(REPORT)
    assert '<table id="scores">' in html
    assert "<td>labels</td><td>2</td>" in html
    assert "| linux | 7 | 1 | 1 | 1 | 1 | 1 | 1 | 1 |" in markdown


def test_reports_without_profiles_have_no_table() -> None:
    bare = attrs.evolve(REPORT, profiles=())
    assert "scores" not in to_html(bare).partition("<body>")[2]
    assert "Scores" not in to_markdown(bare)
    assert bare.score_table == ()


# --- the command ----------------------------------------------------------------------------------


def test_every_dump_is_in_one_profile_and_labels_are_on_linux() -> None:
    parts = [PROFILES[name].cases for name in ("linux", "other-systems", "damaged")]
    assert sum(map(len, parts)) == len(frozenset[str]().union(*parts))
    assert frozenset[str]().union(*parts) == set(CASES)
    assert PROFILES["labels"].cases < PROFILES["linux"].cases
    assert all(CASES[name].likely == "kernels" for name in PROFILES["linux"].cases)
    assert all("[anon" in CASES[name].data.decode("latin-1") for name in PROFILES["labels"].cases)


def test_selects_the_cases_of_a_profile() -> None:
    chosen = load(("maps",), profiles=["labels"])
    assert {case.id for case in chosen} == {
        n for n in PROFILES["labels"].cases if n[-5:] == ".maps"
    }
    with pytest.raises(NoSuchCase, match="no profile is named 'label'; did you mean labels"):
        load(profiles=["label"])


def test_a_folder_without_profiles_has_none(tmp_path: Path) -> None:
    assert load_profiles(tmp_path) == ()


ADAPTER = """
import json, re, sys
found = []
for line in sys.stdin.buffer.read().decode("latin-1").split("\\n"):
    words = line.split()
    if re.match("[0-9a-f]+-[0-9a-f]", line):
        found.append({"start": words[0].split("-")[0], "name": words[5] if words[5:] else ""})
print(json.dumps(found))
"""


def test_the_command_prints_the_scores_of_a_profile(check: Check, tmp_path: Path) -> None:
    adapter = tmp_path / "adapter.py"
    adapter.write_text(ADAPTER)
    spaces = ("--profile", "labels", "--case", "labels/space-*", "--no-shrink")
    done = check(*spaces, "--", sys.executable, str(adapter))
    assert done.returncode == 1
    assert done.stdout.splitlines()[-3:] == [
        "profile  dumps  value  control",
        "linux       12     11        1",
        "labels      12     11        1",
    ]


def test_an_unknown_profile_is_an_error(check: Check) -> None:
    done = check("--profile", "linus", "--", "true")
    assert done.returncode == 2
    assert "no profile is named 'linus'; did you mean linux?" in done.stderr


def test_a_policy_does_not_fail_the_run(check: Check, tmp_path: Path) -> None:
    case = ("--case", "damaged/invalid-words", "--no-shrink", "--", "echo", "[]")
    assert check(*case).returncode == 0
    listed = tmp_path / "known.txt"
    listed.write_text("rejected damaged/invalid-words.maps\n")
    assert check("--expect", str(listed), *case).returncode == 1
    assert check("--expect", str(listed), "--update", *case).returncode == 0
    assert listed.read_text() == "lost damaged/invalid-words.maps\n"


def test_the_runner_runs_the_control_of_a_failure_once(tmp_path: Path) -> None:
    adapter = tmp_path / "adapter.py"
    adapter.write_text(f"open({str(tmp_path / 'runs')!r}, 'a').write('x'); print('[]')")
    chosen: list[Case] = [CASES["names/space.maps"], CASES["names/space-two.maps"]]
    results: list[Result] = []
    with Runner(Plan((sys.executable, str(adapter)), shrink=False), CASES.values()) as runner:
        runner.run(chosen, results.append)
    assert [result.control.outcome for result in results if result.control] == ["lost", "lost"]
    assert [standing(result, proc_only=False) for result in results] == ["control", "control"]
    assert (tmp_path / "runs").read_text() == "xxx"
