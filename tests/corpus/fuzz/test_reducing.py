"""Reducing a value keeps its fault, and leaves nothing that is not needed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.tools.fuzz.reducing import reduce


@pytest.mark.parametrize(
    ("value", "needed", "expected"),
    [
        (b"/caf\xc3\xa9/lib.so", "é".encode(), "é".encode()),
        (b"/opt/x\xff/lib.so", b"\xff", b"\xff"),
        (b"/a b c", b" ", b" "),
        (b"/a b c", b"a b", b"a b"),
        (b"4294967296", b"96", b"96"),
    ],
)
def test_what_is_not_needed_goes(value: bytes, needed: bytes, expected: bytes) -> None:
    assert reduce(value, lambda smaller: needed in smaller) == expected


def test_what_cannot_go_becomes_plain() -> None:
    found = reduce(b"/opt/\xff~", lambda smaller: len(smaller) == len(b"/opt/\xff~"))
    assert found == b"0000000"


@given(st.binary(max_size=40), st.data())
def test_the_result_still_has_the_fault(value: bytes, data: st.DataObject) -> None:
    kept = data.draw(st.sampled_from(value)) if value else None
    found = reduce(value, lambda smaller: kept is None or kept in smaller)
    assert kept is None or kept in found
    assert len(found) <= max(1, len("\U0010ffff".encode()))


def test_a_value_that_only_has_it_whole_stays() -> None:
    assert reduce(b"/a b", lambda smaller: smaller == b"/a b") == b"/a b"
