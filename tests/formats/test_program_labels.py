"""The table of labels that programs give to their memory."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps.explanation import explain
from procmaps.formats.labels import label_error
from procmaps.formats.program_labels import PROGRAMS, LabellingProgram, ProgramLabel, find_label
from procmaps.records.names import AnonName
from procmaps.usage import Rules, presets

ROWS = [(program, row) for program in PROGRAMS for row in program.labels]


def row_id(pair: object) -> str:
    return pair.example if isinstance(pair, ProgramLabel) else ""


def test_at_least_thirty_programs_are_documented() -> None:
    assert len(PROGRAMS) >= 30
    names = [program.name for program in PROGRAMS]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[a-z0-9-]+", name) for name in names)


@pytest.mark.parametrize(("program", "row"), ROWS, ids=row_id)
def test_each_example_has_the_row_as_its_first_match(
    program: LabellingProgram, row: ProgramLabel
) -> None:
    assert label_error(row.example) is None
    assert find_label(row.example.encode()) == (program, row)


@pytest.mark.parametrize(("program", "row"), ROWS, ids=row_id)
def test_each_row_is_documented_in_sentences(program: LabellingProgram, row: ProgramLabel) -> None:
    assert re.fullmatch(r"[A-Z].+\.", row.meaning)
    assert not row.varies.endswith(".")
    assert program.title
    assert program.switch
    assert program.source


def test_no_pattern_matches_the_example_of_another_program() -> None:
    for (program, row), (other, another) in itertools.product(ROWS, repeat=2):
        if program is not other:
            assert row.compiled.fullmatch(another.example.encode()) is None, (row, another)


@pytest.mark.parametrize(("program", "row"), ROWS, ids=row_id)
def test_usage_and_explain_take_the_row(program: LabellingProgram, row: ProgramLabel) -> None:
    label = row.example.encode()
    place = Rules.preset(program.name).place(AnonName.of(label))
    assert place
    assert program.generic or place == Rules.preset().place(AnonName.of(label))
    meanings = [part.meaning for part in explain(b"[anon:%s]" % label).parts]
    assert meanings[-1] == f"The label set by the program, as {program.title} does. {row.meaning}"


def test_the_default_presets_are_the_programs() -> None:
    own = [program.name for program in PROGRAMS if not program.generic]
    assert [each.name for each in presets() if each.default] == own
    assert any(program.generic for program in PROGRAMS)


def test_common_words_are_not_placed_without_being_asked_for() -> None:
    assert Rules.preset().place(AnonName.of(b"checksum")) == (b"checksum",)
    assert Rules.preset("stress-ng").place(AnonName.of(b"checksum")) == (b"stress-ng", b"checksum")


def test_unknown_labels_have_no_row() -> None:
    for label in (b"", b"my pool", b"glibc", b"heap", b"anon", b"malloc", b"buffer"):
        assert find_label(label) is None


@given(st.binary(max_size=90))
def test_any_bytes_can_be_looked_up(label: bytes) -> None:
    found = find_label(label)
    assert found is None or found[1].compiled.fullmatch(label)
