"""What is drawn: each dump differs from a published one in the drawn value, and is read back."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from corpus.tools.fuzz.parts import PARTS, Part
from procmaps import loads
from tests.support.examples import examples

every_part = pytest.mark.parametrize("part", PARTS.values(), ids=lambda part: part.name)


@every_part
@settings(max_examples=examples(50))
@given(st.data())
def test_a_dump_is_read_back_as_its_records(part: Part, data: st.DataObject) -> None:
    for kind in part.kinds:
        case = part.case(data.draw(part.values), kind)
        assume(case is not None)
        assert case is not None
        found = loads(case.data, errors="collect")
        assert tuple(found) == case.records
        assert len(found.problems) == len(case.invalid_lines)


@every_part
@settings(max_examples=examples(50))
@given(st.data())
def test_only_the_first_mapping_differs_from_the_control(part: Part, data: st.DataObject) -> None:
    for kind in part.kinds:
        control = part.control(kind)
        case = part.case(data.draw(part.values), kind)
        assume(case is not None)
        assert case is not None
        assert case.control == control.id
        assert case.data != control.data
        assert case.records[1:] == control.records[1:]


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("path", b"x"),
        ("path", b"/a\0b"),
        ("path", b"//a"),
        ("path", b"/" + b"a" * 256),
        ("label", b"a]"),
        ("label", b"a" * 80),
        ("memfd", b"a" * 250),
        ("field-key", b"Rss"),
        ("field-key", b"rss"),
        ("field-text", b""),
        ("line", b"1000-2000 rw-p 00000000 00:00 0 "),
        ("line", b"a\nb"),
    ],
)
def test_what_nobody_prints_is_no_case(part: str, value: bytes) -> None:
    chosen = PARTS[part]
    assert chosen.case(value, chosen.kinds[0]) is None


def test_the_value_of_the_control_is_no_case() -> None:
    assert PARTS["label"].case(b"libc_malloc", "maps") is None
