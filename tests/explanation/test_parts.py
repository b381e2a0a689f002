"""The parts of a line are the tokens that Lark finds in it."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.lark import from_lark
from lark import Lark, Token, Tree

from procmaps.explanation.parts import line_parts
from procmaps.formats.dialects import DIALECTS, Dialect
from procmaps.grammar import loading
from procmaps.grammar.lark_parser import bare, build_parser
from procmaps.grammar.loading import Grammar
from procmaps.grammar.transformer import bytes_of


@functools.cache
def parser(grammar: str) -> Lark:
    return build_parser(grammar)


def tokens(tree: Tree[Token]) -> Iterator[tuple[object, ...]]:
    """Yield rule, terminal, range and bytes of each token, flags left out."""
    for child in tree.children:
        if isinstance(child, Tree):
            yield from tokens(child)
        elif bare(child.type) != "FLAGS":
            rule, terminal = bare(str(tree.data)), bare(child.type)
            place = child.start_pos, child.end_pos, bytes_of(child)
            yield place if terminal == "NAME" else (rule, terminal, *place)


def parts_of(line: bytes, grammar: Grammar) -> Iterator[tuple[object, ...]]:
    """Yield the same of the parts. To Lark a name is one token, whatever its terminal is."""
    names = {terminal.name for (terminal,) in grammar.expansions("name")}
    for part in line_parts(line, grammar) or ():
        place = part.start, part.end, part.raw
        if part.terminal in names:
            yield place
        elif part.terminal.partition(".")[0] not in {"FLAGS", *names}:
            yield part.rule, part.terminal, *place


@pytest.mark.parametrize("known", DIALECTS, ids=lambda known: known.name)
@given(data=st.data())
def test_parts_are_the_tokens_of_lark(known: Dialect, data: st.DataObject) -> None:
    lark = cast("Any", parser(known.grammar))
    alphabet = st.characters(max_codepoint=255)
    line = data.draw(from_lark(lark, start="line", alphabet=alphabet)).encode("latin-1")
    expected = [*tokens(lark.parse(line, start="line"))]
    assert [*parts_of(line, loading.load(known.name))] == expected
