"""The README's examples run, and its figures are the recorded ones."""

from __future__ import annotations

import doctest
import json
import re
from pathlib import Path

import pytest

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


@pytest.mark.parametrize(
    ("row", "title"),
    [
        ("a label without spaces", "A label without spaces"),
        ("a label with spaces", "A label with spaces"),
        ("a label that looks like something else", "A label that looks like something else"),
        ("a label on shared memory", "`[anon_shmem:…]`"),
        ("Android's labels", "Android's raw and long labels"),
    ],
)
def test_the_table_has_the_recorded_counts(row: str, title: str) -> None:
    answer = json.loads((ROOT / "corpus" / "peers" / "answer.json").read_text("utf-8"))
    found = next(known for known in answer["classes"] if known["title"] == title)
    row_found = re.search(rf"\| .*{re.escape(row)}.* \| (\d+) of (\d+)", README)
    assert row_found
    assert (int(row_found[1]), int(row_found[2])) == (len(found["broken"]), found["asked"])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_python_examples_compile(page: Path) -> None:
    for block in re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
        compile(block, str(page), "exec")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
