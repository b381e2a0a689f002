"""The cases that fuzzing found."""

from __future__ import annotations

import pytest

from corpus.tools.builder import found
from corpus.tools.fuzz.parts import PARTS
from procmaps.check import cases


def test_each_row_has_a_case_and_one_control() -> None:
    made = list(found.cases())
    assert {case.id for case in made} == {
        case.name for case in cases.load() if case.group == "found"
    }
    assert all(case.control is not None for case in made)


def test_a_row_has_a_part_that_is_drawn() -> None:
    assert {tag for case in found.cases() for tag in case.tags} <= PARTS.keys()


def test_an_unknown_part_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("builder") / "found.toml"
    file.write_text(
        "[[case]]\nname = 'x'\npart = 'colour'\nvalue = 'x'\nshows = 'x'\nfeature = 'label'\n"
        "breaks = 'x'\n"
    )
    monkeypatch.setattr(found, "_TABLE", file)
    with pytest.raises(ValueError, match=r"^x: no part 'colour'; the parts are line, path, "):
        list(found.cases())


def test_a_line_between_mappings_may_be_skipped_or_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("builder") / "found.toml"
    file.write_text(
        "[[case]]\nname = 'x'\npart = 'line'\nvalue = 'a\\x01b'\nshows = 'x'\n"
        "feature = 'malformed'\nbreaks = 'x'\n"
    )
    monkeypatch.setattr(found, "_TABLE", file)
    (case,) = found.cases()
    assert case.texts["maps"].split(b"\n")[1] == b"a\x01b"
    assert [answer["policy"] for answer in case.either] == [
        "malformed-skipped", "malformed-rejected",
    ]  # fmt: skip
