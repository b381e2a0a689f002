"""The grammar is compiled to byte tables only if that keeps its meaning."""

from __future__ import annotations

import pytest

from procmaps.grammar import loading, to_byte_tables
from procmaps.grammar.to_regex import Terminal


def discard(*_: object) -> to_byte_tables.Meaning:
    return to_byte_tables.DISCARD


def compiled(*patterns: str) -> to_byte_tables.Program:
    terminals = tuple(Terminal("T", pattern, "", ("rule",)) for pattern in patterns)
    return to_byte_tables.compile_program((terminals,), discard)


def test_compiles_a_repeated_set() -> None:
    (step,) = compiled("[0-9a-f]{1,16}")
    members = bytes(b for b in range(256) if step.table[b] != to_byte_tables.OUTSIDE)
    assert members == b"0123456789abcdef"
    assert (step.min_count, step.max_count) == (1, 16)


@pytest.mark.parametrize("pattern", ["[a]+", "[a]*"])
def test_a_set_without_an_upper_bound_has_the_greatest_count(pattern: str) -> None:
    (step,) = compiled(pattern)
    assert step.max_count == 2**64 - 1


@pytest.mark.parametrize(
    "pattern",
    ["a|b", "(?:ab)+", "a*?", "a++", "(?=a)", "a(?!b)", "[^a]", ".*", r"\Z", "^a", "(?![^\\n])a"],
)
def test_rejects_patterns_with_alternation_or_lookahead(pattern: str) -> None:
    with pytest.raises(to_byte_tables.NotCompilable):
        compiled(pattern)


def test_rejects_sets_that_need_backtracking() -> None:
    """`[0-9]+` takes all digits; a backtracking matcher would leave one to the second set."""
    with pytest.raises(to_byte_tables.NotCompilable):
        compiled("[0-9]+", "[0-9a]")
    with pytest.raises(to_byte_tables.NotCompilable):
        compiled("[0-9]+", "b*", "[0-9]")
    assert len(compiled("[0-9]+", "b", "[0-9]")) == 3


def test_takes_the_bits_of_permissions_from_the_records() -> None:
    programs = to_byte_tables.compile_programs(loading.load("linux").rules)
    assert programs
    added = [step.table for step in programs["fixed_columns"] if step.register_index == 2]
    assert [added[0][ord("r")], added[1][ord("w")], added[2][ord("x")]] == [1, 2, 4]
    assert [added[3][ord(c)] for c in "psS"] == [0, 8, 24]


def test_every_usage_column_has_a_key() -> None:
    programs = to_byte_tables.compile_programs(loading.load("linux").rules)
    assert programs
    assert {column for _, _, column in programs["keys"]} == set(
        range(len(to_byte_tables.USAGE) + 1)
    )
