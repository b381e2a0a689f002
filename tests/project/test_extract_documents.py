"""docs/extract.md lists every attribute, container and kind of repair."""

from __future__ import annotations

import re
from typing import get_args

import attrs
import pytest

from procmaps.extraction import Container, RepairKind
from procmaps.extraction.results import Contents
from tests.support.checkout import ROOT

_PAGE = ROOT / "docs" / "extract.md"


def first_cells(heading: str) -> set[str]:
    """Return all code spans in the first column of the first table below *heading*."""
    section = _PAGE.read_text("utf-8").split(f"\n## {heading}\n", 1)[1]
    table = section[section.index("\n|---|") :].split("\n\n", 1)[0]
    rows = re.findall(r"^\| (`.*?) \| ", table, re.MULTILINE)
    return {word for row in rows for word in re.findall(r"`([^`]+)`", row)}


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("The result", {field.name for field in attrs.fields(Contents)}),
        ("Containers", set(get_args(Container))),
        ("Repairs", set(get_args(RepairKind))),
    ],
)
def test_page_lists_every_word(heading: str, words: set[str]) -> None:
    assert first_cells(heading) == words
