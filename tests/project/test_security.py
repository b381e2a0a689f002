"""SECURITY.md: what it says of each dump is what is reported."""

from __future__ import annotations

import re

import pytest

from procmaps import loads
from procmaps.formats.dialects import DIALECTS
from procmaps.lint import lint
from tests.support.checkout import ROOT

TEXT = (ROOT / "SECURITY.md").read_text()
DETECTED, UNDETECTED = re.split(r"^### Not detected.*\n", TEXT, flags=re.MULTILINE)
EXAMPLE = re.compile(
    r"^#### (?P<title>.+)\n\n.+\n\n```\n(?P<dump>[^`]+)```\n\n"
    r"Read as (?P<dialect>\w+): (?P<count>\d+) mappings\. "
    r"Problems: (?P<problems>.+)\. Lint: (?P<lint>.+)\.$",
    re.MULTILINE,
)


def examples(text: str) -> list[re.Match[str]]:
    """Return the examples in a part of the page."""
    found = [*EXAMPLE.finditer(text)]
    assert len(found) == text.count("\n#### ") == text.count("\n```\n") / 2
    return found


def reported(found: list[tuple[str, int]]) -> str:
    """Return what the page says for these kinds and lines."""
    return ", ".join(f"`{kind}` in line {line}" for kind, line in found) or "none"


@pytest.mark.parametrize("example", examples(TEXT), ids=lambda match: match["title"])
def test_the_page_says_what_is_reported(example: re.Match[str]) -> None:
    dump, dialect = example["dump"].encode(), example["dialect"]
    snapshot = loads(dump, errors="collect", dialect=dialect)
    assert len(snapshot) == int(example["count"])
    assert reported([(p.kind, p.line) for p in snapshot.problems]) == example["problems"]
    findings = [(f.rule.id, f.line) for f in lint(dump, dialect=dialect)]
    assert reported(findings) == example["lint"]


def test_examples_are_on_the_side_that_they_belong_to() -> None:
    sides = [
        [(each["problems"], each["lint"]) == ("none", "none") for each in examples(part)]
        for part in (DETECTED, UNDETECTED)
    ]
    assert sides == [[False] * len(sides[0]), [True] * len(sides[1])]
    assert all(sides)


def test_every_dialect_with_raw_names_has_an_undetected_example() -> None:
    raw = {dialect.name for dialect in DIALECTS if dialect.newlines_in_names}
    assert raw <= {each["dialect"] for each in examples(UNDETECTED)}
