"""Names that are the only ones of a terminal are looked up, with the result of the grammar."""

from __future__ import annotations

import functools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps.formats.dialects import DIALECTS
from procmaps.grammar import loading
from procmaps.grammar.compile_tables import compile_dialect

NAMES = [each.name for each in DIALECTS]


@functools.cache
def fixed_names(name: str) -> dict[bytes, str]:
    """Return the table of a dialect, compiled from the grammar."""
    return compile_dialect(name)["fixed_names"]


@pytest.mark.parametrize("name", NAMES)
def test_a_fixed_name_is_parsed_as_lark_parses_it(name: str) -> None:
    grammar = loading.load(name)
    fixed = fixed_names(name)
    assert {b"[heap]", b"/dev/zero (deleted)", b"[page size compat]"} <= fixed.keys()
    for text, terminal in fixed.items():
        assert grammar.name_terminal(text) == terminal
        assert grammar.parse_name(text) == grammar.parse_name_with_lark(text)


@given(st.sampled_from(NAMES), st.data())
def test_a_name_that_is_almost_fixed_is_parsed_as_lark_parses_it(
    name: str, data: st.DataObject
) -> None:
    grammar = loading.load(name)
    text = data.draw(st.sampled_from(sorted(fixed_names(name))))
    at = data.draw(st.integers(0, len(text)))
    changed = text[:at] + data.draw(st.binary(max_size=2)) + text[at + data.draw(st.booleans()) :]
    if changed and b"\n" not in changed:
        assert grammar.parse_name(changed) == grammar.parse_name_with_lark(changed)
