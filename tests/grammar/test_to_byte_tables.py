"""The grammar becomes tables by program, and only where that changes nothing."""

from __future__ import annotations

import pytest

from procmaps.grammar import loading, to_byte_tables
from procmaps.grammar.to_regex import Terminal


def no_meaning(*_: object) -> tuple[int, int, dict[int, int]]:
    return to_byte_tables.NOTHING


def compiled(*patterns: str) -> to_byte_tables.Program:
    way = tuple(Terminal("T", pattern, "", ("rule",)) for pattern in patterns)
    return to_byte_tables.program((way,), no_meaning)


def test_a_set_and_how_often() -> None:
    (step,) = compiled("[0-9a-f]{1,16}")
    members = bytes(b for b in range(256) if step.table[b] != to_byte_tables.OUTSIDE)
    assert members == b"0123456789abcdef"
    assert (step.least, step.most) == (1, 16)


@pytest.mark.parametrize(
    "pattern",
    ["a|b", "(?:ab)+", "a*?", "a++", "(?=a)", "a(?!b)", "[^a]", ".*", r"\Z", "^a", "(?![^\\n])a"],
)
def test_what_is_no_sequence_of_sets_is_refused(pattern: str) -> None:
    with pytest.raises(to_byte_tables.NotSimple):
        compiled(pattern)


def test_a_step_that_could_leave_a_byte_to_the_next_is_refused() -> None:
    """`[0-9]+` takes all digits; a matcher that gives one back would find the second part."""
    with pytest.raises(to_byte_tables.NotSimple):
        compiled("[0-9]+", "[0-9a]")
    with pytest.raises(to_byte_tables.NotSimple):
        compiled("[0-9]+", "b*", "[0-9]")
    assert len(compiled("[0-9]+", "b", "[0-9]")) == 3


def test_the_bits_of_permissions_come_from_the_records() -> None:
    programs = to_byte_tables.programs(loading.load("linux"))
    assert programs
    added = [step.table for step in programs.middle if step.target == 2]
    assert [added[0][ord("r")], added[1][ord("w")], added[2][ord("x")]] == [1, 2, 4]
    assert [added[3][ord(c)] for c in "psS"] == [0, 8, 24]


def test_every_key_with_a_number_has_a_column() -> None:
    programs = to_byte_tables.programs(loading.load("linux"))
    assert programs
    assert {column for _, _, column in programs.keys} == set(range(len(to_byte_tables.USAGE) + 1))
