"""Compile the rules of a loaded Lark grammar to regular expressions.

The rules for a line have no recursion, so each one is a regular expression. This module contains no
syntax of its own: its results follow the files in ``grammar/``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from lark import Lark
    from lark.grammar import Symbol


def bare(symbol: str) -> str:
    """Return the name of a symbol as its grammar file spells it, without ``%import`` prefixes.

    Lark turns an imported ``INODE`` into ``header__INODE``, and ``_PAD`` into ``_header__PAD``.
    """
    name = symbol.rpartition("__")[2]
    return f"_{name}" if symbol.startswith("_") and name != symbol else name


@attrs.frozen
class Terminal:
    """A terminal in an expansion of a rule."""

    name: str
    """Its name in the grammar file."""
    pattern: str
    """Its regular expression."""
    literal: str
    """The text if the terminal is a quoted text; else empty."""
    path: tuple[str, ...]
    """The rules around it, outermost first."""


def expansions(lark: Lark, rule: str) -> tuple[tuple[Terminal, ...], ...]:
    """Return every sequence of terminals that *rule* can expand to, the longest first."""
    terminals = {known.name: known.pattern for known in lark.terminals}

    def expand(name: str, path: tuple[str, ...]) -> Iterator[tuple[Terminal, ...]]:
        for expansion in _expansions(lark, name):
            sequences: list[tuple[Terminal, ...]] = [()]
            for symbol in expansion:
                tails: Iterable[tuple[Terminal, ...]]
                if symbol.is_term:
                    pattern = terminals[symbol.name]
                    literal = pattern.value if pattern.type == "str" else ""
                    terminal = Terminal(bare(symbol.name), pattern.to_regexp(), literal, path)
                    tails = ((terminal,),)
                else:
                    tails = tuple(expand(symbol.name, (*path, bare(symbol.name))))
                sequences = [sequence + tail for sequence in sequences for tail in tails]
            yield from sequences

    return tuple(sorted(expand(_lark_name(lark, rule), (rule,)), key=len, reverse=True))


def compile_rule(
    lark: Lark,
    rule: str,
    groups: Iterable[str] = (),
    literals: Mapping[str, bytes] | None = None,
) -> str:
    """Return the regular expression of *rule*.

    Every rule or terminal in *groups* becomes a named group. A group that a terminal defines itself
    is kept only if it is in *groups*. A terminal in *literals* matches only the given bytes.
    """
    wanted = frozenset(groups)
    literal = {name: re.escape(text.decode("latin-1")) for name, text in (literals or {}).items()}
    terminals = {known.name: known.pattern.to_regexp() for known in lark.terminals}

    def compile_symbol(symbol: Symbol) -> str:
        name = bare(symbol.name)
        if not symbol.is_term:
            text = compile_expansions(symbol.name)
        elif name in literal:
            text = literal[name]
        else:
            text = without_groups(terminals[symbol.name], wanted)
        return f"(?P<{name}>{text})" if name in wanted else text

    def compile_expansions(name: str) -> str:
        return _join([[*map(compile_symbol, expansion)] for expansion in _expansions(lark, name)])

    return compile_expansions(_lark_name(lark, rule))


def _lark_name(lark: Lark, rule: str) -> str:
    """Return Lark's name of *rule*. Raises `StopIteration` if the grammar has no such rule."""
    return next(str(known.origin.name) for known in lark.rules if bare(known.origin.name) == rule)


def _expansions(lark: Lark, name: str) -> Iterator[Sequence[Symbol]]:
    return (known.expansion for known in lark.rules if known.origin.name == name)


def without_groups(pattern: str, kept: frozenset[str] = frozenset()) -> str:
    """Return *pattern* with every named group except the *kept* ones made non-capturing."""
    return re.sub(r"\(\?P<(\w+)>", lambda group: group[0] if group[1] in kept else "(?:", pattern)


def _join(alternatives: list[list[str]]) -> str:
    """Join alternatives with ``|``; write a common prefix once."""
    branches: dict[str, list[list[str]]] = {}
    for alternative in alternatives:
        if alternative:
            branches.setdefault(alternative[0], []).append(alternative[1:])
    patterns = [head + _join(tails) for head, tails in branches.items()]
    if any(not alternative for alternative in alternatives):
        return f"(?:{'|'.join(patterns)})?" if patterns else ""
    return patterns[0] if len(patterns) == 1 else f"(?:{'|'.join(patterns)})"
