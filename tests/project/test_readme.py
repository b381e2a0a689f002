"""The README's examples run, and its figures are the recorded ones."""

from __future__ import annotations

import doctest
import json
import re
from pathlib import Path

import pytest

from corpus.tools.matrix import expected, readme
from procmaps.check import cases
from tests.support.checkout import ROOT

README = (ROOT / "README.md").read_text("utf-8")
PAGES = sorted(
    page
    for pattern in ("*.md", "docs/**/*.md", "corpus/*.md", "corpus/peers/*.md", "kernel/**/*.md")
    for page in ROOT.glob(pattern)
)


def test_the_first_example_runs() -> None:
    failures, tried = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert (failures, tried > 5) == (0, True)


def test_the_table_of_names_is_the_recorded_one() -> None:
    assert readme.update(README, expected.known(cases.load())) == README, "run `make matrix`"


def test_each_row_of_the_table_has_the_figure_of_exactly_its_name() -> None:
    answer = json.loads((ROOT / "corpus" / "peers" / "answer.json").read_text("utf-8"))
    rows = {
        found[1].replace("␠", " "): (int(found[2]), int(found[3]))
        for found in re.finditer(r"^\| `([^`]+)` \|.*?\| (\d+) of (\d+) \|", README, re.MULTILINE)
    }
    assert rows == {
        name["name"]: (name["broken"], name["asked"])
        for name in answer["names"]
        if "readme" in name["tables"]
    }
    assert "[anon: glibc: malloc]" in rows


def test_no_other_sentence_has_a_figure_of_the_matrix() -> None:
    written = README.partition(readme.BEGIN)[2].partition(readme.END)[0]
    other = README.replace(written, "")
    assert not re.findall(r"\d+ (?:other |existing )?(?:parsers|programs)", other)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_python_examples_compile(page: Path) -> None:
    for block in re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
        compile(block, str(page), "exec")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
