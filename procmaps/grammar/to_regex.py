"""Compile the rules of a grammar to regular expressions.

The rules for a line have no recursion, so each one is a regular expression. This module contains no
syntax of its own: its results follow the files in ``grammar/``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import attrs

from procmaps.grammar.rules import Rules


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
    is_separator: bool = False
    """Whether it has no value: a quoted text in a rule, or a name with an underscore."""


def expansions(rules: Rules, rule: str) -> tuple[tuple[Terminal, ...], ...]:
    """Return every sequence of terminals that *rule* can expand to, the longest first."""

    def expand(name: str, path: tuple[str, ...]) -> Iterator[tuple[Terminal, ...]]:
        for sequence in rules.rules[name]:
            found: list[tuple[Terminal, ...]] = [()]
            for symbol in sequence:
                tails: Iterable[tuple[Terminal, ...]]
                if symbol in rules.terminals:
                    pattern, literal, _, separates = rules.terminals[symbol]
                    tails = ((Terminal(symbol, pattern, literal, path, separates),),)
                else:
                    tails = tuple(expand(symbol, (*path, symbol)))
                found = [before + tail for before in found for tail in tails]
            yield from found

    return tuple(sorted(expand(rule, (rule,)), key=len, reverse=True))


def compile_rule(
    rules: Rules,
    rule: str,
    groups: Iterable[str] = (),
    literals: Mapping[str, bytes] | None = None,
) -> str:
    """Return the regular expression of *rule*.

    Every rule or terminal in *groups* becomes a named group. A group that a terminal defines itself
    is kept only if it is in *groups*. A terminal in *literals* matches only the given bytes.

    Raises `KeyError` if the grammar has no such rule.
    """
    wanted = frozenset(groups)
    literal = {name: re.escape(text.decode("latin-1")) for name, text in (literals or {}).items()}

    def compile_symbol(symbol: str) -> str:
        if symbol in rules.rules:
            text = compile_sequences(symbol)
        elif symbol in literal:
            text = literal[symbol]
        else:
            text = without_groups(rules.pattern(symbol), wanted)
        return f"(?P<{symbol}>{text})" if symbol in wanted else text

    def compile_sequences(name: str) -> str:
        return _join([[*map(compile_symbol, sequence)] for sequence in rules.rules[name]])

    return compile_sequences(rule)


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
