"""The compiled expressions parse every line as Lark does."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.lark import from_lark

from procmaps.formats.dialects import DIALECTS
from procmaps.grammar import loading
from procmaps.grammar.compiled_lines import compiled_lines
from procmaps.grammar.lark_parser import build_parser
from tests.engines.test_agreement import LINES
from tests.support.examples import examples

NAMES = [dialect.name for dialect in DIALECTS]

MORE = (
    b"Name: [anon:a\nb]\n",
    b"Name:x\0\n",
    b"Name:  \n",
    b"VmFlags:rd\n",
    b"VmFlags: \0\n",
    b"Rss:4 kB \n",
    b"Rss: 000000000000000000004 kB\n",
    b"Rss: 4 kB\0\n",
    b"A:\0\n",
    b"A:",
    b"",
)


def check(text: bytes, dialect: str) -> None:
    loaded = loading.load(dialect)
    end = loaded.line_end(text, 0)
    assert compiled_lines(loaded).read(text, 0) == (end, loaded.parse_with_lark(text[:end]))


@pytest.mark.parametrize("dialect", NAMES)
@pytest.mark.parametrize("line", [*LINES, *MORE])
def test_parses_a_line_as_lark_does(line: bytes, dialect: str) -> None:
    check(line, dialect)
    check(line + LINES[0] + LINES[11], dialect)


@given(
    st.lists(st.sampled_from((*LINES, *MORE)), min_size=1, max_size=3).map(b"".join),
    st.integers(0, 120),
    st.binary(max_size=2),
    st.sampled_from(NAMES),
)
def test_parses_a_damaged_line_as_lark_does(
    text: bytes, at: int, damage: bytes, dialect: str
) -> None:
    check(text[:at] + damage + text[at + 1 :], dialect)


@pytest.mark.parametrize("dialect", NAMES)
@settings(max_examples=examples(25))
@given(data=st.data())
def test_parses_a_line_drawn_from_the_grammar_as_lark_does(
    dialect: str, data: st.DataObject
) -> None:
    known = next(each for each in DIALECTS if each.name == dialect)
    alphabet = st.characters(max_codepoint=255)
    drawn = from_lark(cast("Any", build_parser(known.grammar)), start="line", alphabet=alphabet)
    check(data.draw(drawn).encode("latin-1"), dialect)


def test_dialects_that_accept_the_same_lines_are_equal() -> None:
    linux = compiled_lines(loading.load("linux"))
    same = {name for name in NAMES if compiled_lines(loading.load(name)) == linux}
    assert same == {"linux", "freebsd"}
