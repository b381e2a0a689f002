"""The reports of one run: JSON, JUnit XML, Markdown and HTML agree with each other."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from procmaps.check.cases import load
from procmaps.check.verdicts import OUTCOMES
from tests.check.conftest import CHECK, SPLITS, environment, needs_awk
from tests.check.html_page import Page

pytestmark = needs_awk


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the four reports of one run with failures of several kinds, one of them expected."""
    folder = tmp_path_factory.mktemp("reports")
    (folder / "known.txt").write_text("wrong:name names/space.maps\nlost names/gone.maps\n")
    files = ("--junit", "r.xml", "--markdown", "r.md", "--html", "r.html", "--json")
    names = ("names/plain", "names/space", "labels/like-html", "names/byte-*")
    chosen = [word for name in names for word in ("--case", name)]
    done = subprocess.run(
        [*CHECK, *chosen, "--case", "damaged/invalid-words", "--expect", "known.txt", *files, "--",
         *SPLITS],
        capture_output=True, check=False, cwd=folder, env=environment(),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, b"")
    (folder / "r.json").write_bytes(done.stdout)
    return folder


def test_json_has_every_result(reported: Path) -> None:
    report = json.loads((reported / "r.json").read_bytes())
    assert report["version"] == 1
    assert report["command"] == list(SPLITS)
    assert report["aborted"] is None
    assert sum(report["counts"].values()) == len(report["results"])
    assert set(report["counts"]) <= set(OUTCOMES)
    by_case = {item["case"]: item for item in report["results"]}
    space = by_case["names/space.maps"]
    assert space["key"] == "wrong:name"
    assert space["differences"] == [
        {"field": "name", "record": 0, "expected": "/opt/My Program/bin", "got": "/opt/My"}
    ]
    assert space["dump"]["text"].endswith("/opt/My Program/bin\n")
    assert by_case["names/plain.maps"]["verdict"] == "pass"
    assert "dump" not in by_case["names/plain.maps"]
    kinds = {item["case"]: item["kind"] for item in report["surprises"]}
    assert "names/space.maps" not in kinds
    assert kinds["names/gone.maps"] == "unknown"
    assert kinds["labels/like-html.maps"] == "new"


def test_junit_counts_expected_failures_as_skipped(reported: Path) -> None:
    suite = ET.parse(reported / "r.xml").getroot()  # noqa: S314 - written by ourselves
    report = json.loads((reported / "r.json").read_bytes())
    cases = {f"{case.get('classname')}/{case.get('name')}": case for case in suite.iter("testcase")}
    # One more: the listed case that does not exist.
    assert len(cases) == len(report["results"]) + 1 == int(suite.get("tests", ""))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert sum(case.find(tag) is not None for case in suite.iter("testcase")) == int(
            suite.get(attribute, "")
        )
    assert [child.tag for child in cases["names/space.maps"]] == ["skipped"]
    assert [child.tag for child in cases["labels/like-html.maps"]] == ["failure"]
    assert list(cases["names/plain.maps"]) == []
    assert [child.tag for child in cases["expected failures/names/gone.maps"]] == ["failure"]


def test_markdown_has_a_section_for_each_failure(reported: Path) -> None:
    text = (reported / "r.md").read_text("utf-8")
    assert "| wrong |" in text
    (case,) = load(only=["names/space.maps"])
    assert f"## names/space.maps: wrong:name\n\n{case.shows}\n" in text
    assert "- names/gone.maps: listed as lost in known.txt, but there is no such case" in text


def test_html_needs_no_other_file(reported: Path) -> None:
    text = (reported / "r.html").read_text("utf-8")
    page = Page.of(text)
    assert page.addresses == []
    assert "http" not in text
    assert "url(" not in text


def test_html_shows_hostile_names_as_text(reported: Path) -> None:
    page = Page.of((reported / "r.html").read_text("utf-8"))
    assert "[anon:<b onload=x>&amp;</b>]" in page.text
    assert "b" not in page.tags
    report = json.loads((reported / "r.json").read_bytes())
    assert page.tags.count("details") == sum("dump" in item for item in report["results"])
