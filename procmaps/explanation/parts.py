"""The parts of one line: the bytes, the rule and terminal that matched them, and their meaning."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import attrs

from procmaps.explanation.meanings import flag_meaning, group_meaning, name_meaning, token_meaning
from procmaps.formats.dialects import dialect
from procmaps.grammar import loading
from procmaps.grammar.loading import Grammar
from procmaps.grammar.to_regex import bare
from procmaps.grammar.transformer import bytes_of

if TYPE_CHECKING:
    from lark import Lark, Token, Tree


@attrs.frozen
class Part:
    """A run of bytes in the line.

    rule       The innermost rule of the grammar around them: ``start``, ``perms``, ``name``,
               ``size`` …
    terminal   The terminal that matched them; ``ANON.anon_label`` for a named group inside it.
    start      Where they start in the line, in bytes from 0.
    end        Where they end, exclusive.
    raw        The bytes themselves.
    meaning    Their meaning, a sentence for people.
    """

    rule: str
    terminal: str
    start: int
    end: int
    raw: bytes
    meaning: str


def line_parts(line: bytes, grammar: Grammar) -> tuple[Part, ...] | None:
    """Return the parts of a header line or a field, or None if the grammar does not accept it."""
    from lark import UnexpectedInput

    try:
        tree = _tree(grammar, line, "line")
    except UnexpectedInput:
        return None
    return tuple(part for token in _tokens(tree) for part in _parts(token, grammar))


def name_parts(raw: bytes, grammar: Grammar, start: int = 0) -> Iterator[Part]:
    """Yield the parts of a name column that starts at *start*: the whole, then each named group.

    *raw* must not be empty.
    """
    name = grammar.parse_name(raw)
    chosen = _name_terminal(raw, grammar)
    path = next(only.path for (only,) in grammar.expansions("name") if only.name == chosen)
    yield Part(path[-1], chosen, start, start + len(raw), raw, name_meaning(name, chosen))
    match = grammar.terminal(chosen).fullmatch(raw)
    assert match, raw  # noqa: S101 - the terminal that matched it was just found
    for group in match.re.groupindex:
        if (text := match[group]) is not None:
            first, last = match.span(group)
            terminal = f"{chosen}.{group}"
            meaning = group_meaning(group)
            yield Part(path[-1], terminal, start + first, start + last, text, meaning)


def _tree(grammar: Grammar, text: bytes, start: str) -> Tree[Token]:
    # Lark's annotations say str; with use_bytes it takes and returns bytes.
    return cast("Tree[Token]", cast("Any", _parser(grammar.dialect.name)).parse(text, start=start))


@functools.cache
def _parser(name: str) -> Lark:
    return loading.parser(dialect(name))


def _tokens(tree: Tree[Token]) -> Iterator[Part]:
    """Yield the tokens of a tree in order, each with the innermost rule around it."""
    from lark import Tree

    rule = bare(str(tree.data))
    for child in tree.children:
        if isinstance(child, Tree):
            yield from _tokens(child)
        else:
            start, end = child.start_pos, child.end_pos
            assert start is not None  # noqa: S101 - the lexer sets the position of every token
            assert end is not None  # noqa: S101
            yield Part(rule, bare(child.type), start, end, bytes_of(child), "")


def _parts(token: Part, grammar: Grammar) -> Iterator[Part]:
    """Yield a token with its meaning. A name also yields its parts, flags one part per flag."""
    if token.terminal == "NAME":
        yield from name_parts(token.raw, grammar, token.start)
    elif token.terminal == "FLAGS":
        for word in re.finditer(rb"[^ ]+", token.raw):
            first, last = word.span()
            yield attrs.evolve(
                token,
                start=token.start + first,
                end=token.start + last,
                raw=word[0],
                meaning=flag_meaning(word[0]),
            )
    else:
        meaning = token_meaning(token.rule, token.terminal, token.raw, grammar)
        yield attrs.evolve(token, meaning=meaning)


def _name_terminal(raw: bytes, grammar: Grammar) -> str:
    """Return the terminal that the reference engine chooses for a name column."""
    return next(token.terminal for token in _tokens(_tree(grammar, raw, "name")))
