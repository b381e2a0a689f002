"""Real dumps of other projects: every line parses, the kind is right, and the text comes back."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from procmaps import loads
from procmaps.engines import lark_engine, regex_engine, scan_text
from procmaps.grammar import loading
from tests.support import shared
from tests.support.columns import difference

HEADER = re.compile(rb"^[0-9a-f]+-[0-9a-f]+ ", re.MULTILINE)
"""The start of a header line, to count them without the parser."""


def kind_of(file: Path) -> str:
    index = (shared.FOLDER / "dumps" / "index.tsv").read_text("utf-8")
    rows = csv.DictReader(index.split("\n"), delimiter="\t")
    kind = next(row["kind"] for row in rows if row["file"] == file.name)
    return "smaps_rollup" if kind == "rollup" else kind


@pytest.mark.parametrize("file", shared.dump_files(), ids=shared.name)
def test_every_line_parses_and_comes_back(file: Path) -> None:
    data = file.read_bytes()
    snapshot = loads(data)
    assert snapshot.kind == kind_of(file)
    assert snapshot.problems == ()
    assert len([*snapshot]) == len(HEADER.findall(data))
    kinds_and_sizes = [(mapping.name.kind, mapping.size) for mapping in snapshot]
    assert [*snapshot.kinds_and_sizes()] == kinds_and_sizes
    assert snapshot.dumps() == data
    assert b"".join(snapshot.source(row) for row in range(len(snapshot))) == data


@pytest.mark.parametrize("file", shared.dump_files(), ids=shared.name)
def test_the_engines_agree(file: Path) -> None:
    snapshot = loads(file.read_bytes())
    text = file.read_bytes().replace(b"\r\n", b"\n")
    dialect = loading.load(snapshot.dialect.name)
    reference = lark_engine.scan(text, dialect)
    for scan in (regex_engine.scan, scan_text.scan):
        assert difference(reference, scan(text, dialect)) is None
    assert snapshot.columns.start.tolist() == reference.start.tolist()
    for raw in snapshot.columns.names:
        assert dialect.parse_name_with_lark(raw) == dialect.parse_name(raw)
