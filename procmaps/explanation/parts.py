"""The parts of one line: the bytes, the rule and terminal that matched them, and their meaning."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

import attrs

from procmaps.explanation.meanings import flag_meaning, group_meaning, name_meaning, token_meaning
from procmaps.grammar.compiled_lines import parse_line
from procmaps.grammar.loading import Grammar
from procmaps.grammar.parsed_line import HeaderLine
from procmaps.grammar.to_regex import Terminal, without_groups


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
    parsed = parse_line(grammar, line)
    if parsed is None:
        return None
    rule = "header" if isinstance(parsed, HeaderLine) else parsed.form
    found = (_tokens(expansion, line) for expansion in grammar.expansions(rule))
    # The longest expansion that matches is the one that the line has.
    tokens = next(tokens for tokens in found if tokens is not None)
    return tuple(part for token in tokens for part in _parts(token, grammar))


def name_parts(raw: bytes, grammar: Grammar, start: int = 0) -> Iterator[Part]:
    """Yield the parts of a name column that starts at *start*: the whole, then each named group.

    *raw* must not be empty.
    """
    name = grammar.parse_name(raw)
    chosen = grammar.name_terminal(raw)
    path = next(only.path for (only,) in grammar.expansions("name") if only.name == chosen)
    yield Part(path[-1], chosen, start, start + len(raw), raw, name_meaning(name, chosen))
    match = grammar.terminal(chosen).fullmatch(raw)
    assert match, raw  # noqa: S101 - the terminal that matched it was just found
    for group in match.re.groupindex:
        if (text := match[group]) is not None:
            first, last = match.span(group)
            terminal = f"{chosen}.{group}"
            meaning = group_meaning(group, text)
            yield Part(path[-1], terminal, start + first, start + last, text, meaning)


def _tokens(expansion: tuple[Terminal, ...], line: bytes) -> tuple[Part, ...] | None:
    """Return the part of each terminal of *expansion*, or None if it does not match *line*.

    Like a tree of Lark, without separators.
    """
    found = _expression(expansion).fullmatch(line)
    if found is None:
        return None
    return tuple(
        Part(terminal.path[-1], terminal.name, *found.span(number), found[number], "")
        for number, terminal in enumerate(expansion, 1)
        if not terminal.is_separator
    )


@functools.cache
def _expression(expansion: tuple[Terminal, ...]) -> re.Pattern[bytes]:
    """Return the expression of a line, with a group for each terminal, atomic as in a lexer."""
    groups = (f"((?>{without_groups(terminal.pattern)}))" for terminal in expansion)
    return re.compile(f"{''.join(groups)}\n?".encode("latin-1"))


def _parts(token: Part, grammar: Grammar) -> Iterator[Part]:
    """Yield a token with its meaning. A name also yields its parts, flags one part per flag."""
    if token.terminal == "NAME":
        yield from name_parts(token.raw, grammar, token.start)
    elif token.terminal == "FLAGS":
        yield from _flags(token)
    else:
        meaning = token_meaning(token.rule, token.terminal, token.raw, grammar)
        yield attrs.evolve(token, meaning=meaning)


MAX_FLAGS = 256
"""Flags of one line that have a part each; the kernel has 64 bits for them."""


def _flags(token: Part) -> Iterator[Part]:
    """Yield a part per flag; one part for all after the first `MAX_FLAGS`."""
    for number, word in enumerate(re.finditer(rb"[^ ]+", token.raw)):
        first, last = word.span()
        if number == MAX_FLAGS:
            rest = token.raw[first:].rstrip(b" ")
            meaning = "More flags than a kernel has: they are not explained one by one."
            yield attrs.evolve(
                token,
                start=token.start + first,
                end=token.start + first + len(rest),
                raw=rest,
                meaning=meaning,
            )
            return
        yield attrs.evolve(
            token,
            start=token.start + first,
            end=token.start + last,
            raw=word[0],
            meaning=flag_meaning(word[0]),
        )
