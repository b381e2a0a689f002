"""Regular expressions compiled, by program, from a loaded Lark grammar.

The rules for a line have no recursion, so each is one regular expression. Nothing of the syntax is
written here: a change in ``grammar/`` changes what this module yields.
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
    """A symbol's name as its grammar file spells it, without the prefixes of ``%import``.

    Lark makes ``header__INODE`` of an imported ``INODE``, and ``_header__PAD`` of ``_PAD``.
    """
    name = symbol.rpartition("__")[2]
    return f"_{name}" if symbol.startswith("_") and name != symbol else name


@attrs.frozen
class Terminal:
    """One terminal on the way through a rule."""

    terminal: str
    """Its name in the grammar."""
    pattern: str
    """Its regular expression."""
    literal: str
    """The text itself where the terminal is nothing but a text in quotes; else empty."""
    path: tuple[str, ...]
    """The rules it stands in, outermost first."""


def expansions(lark: Lark, rule: str) -> tuple[tuple[Terminal, ...], ...]:
    """Every way through *rule*, as the terminals it consists of, the longest first."""
    terminals = {known.name: known.pattern for known in lark.terminals}

    def walk(name: str, path: tuple[str, ...]) -> Iterator[tuple[Terminal, ...]]:
        for expansion in _expansions(lark, name):
            ways: list[tuple[Terminal, ...]] = [()]
            for symbol in expansion:
                tails: Iterable[tuple[Terminal, ...]]
                if symbol.is_term:
                    pattern = terminals[symbol.name]
                    literal = pattern.value if pattern.type == "str" else ""
                    step = Terminal(bare(symbol.name), pattern.to_regexp(), literal, path)
                    tails = ((step,),)
                else:
                    tails = tuple(walk(symbol.name, (*path, bare(symbol.name))))
                ways = [way + tail for way in ways for tail in tails]
            yield from ways

    return tuple(sorted(walk(_origin(lark, rule), (rule,)), key=len, reverse=True))


def compile_rule(
    lark: Lark,
    rule: str,
    groups: Iterable[str] = (),
    literals: Mapping[str, bytes] | None = None,
) -> str:
    """The regular expression of *rule*.

    Every rule or terminal named in *groups* becomes a named group, and a group that a terminal
    defines itself stays one only where it is named there too. A terminal in *literals* is narrowed
    to the bytes given.
    """
    wanted = frozenset(groups)
    narrowed = {name: re.escape(text.decode("latin-1")) for name, text in (literals or {}).items()}
    terminals = {known.name: known.pattern.to_regexp() for known in lark.terminals}

    def piece(symbol: Symbol) -> str:
        name = bare(symbol.name)
        if not symbol.is_term:
            text = body(symbol.name)
        elif name in narrowed:
            text = narrowed[name]
        else:
            text = without_groups(terminals[symbol.name], wanted)
        return f"(?P<{name}>{text})" if name in wanted else text

    def body(name: str) -> str:
        return _alternatives([[*map(piece, way)] for way in _expansions(lark, name)])

    return body(_origin(lark, rule))


def _origin(lark: Lark, rule: str) -> str:
    """The name that Lark gives to *rule*; raises `StopIteration` where there is none."""
    return next(str(known.origin.name) for known in lark.rules if bare(known.origin.name) == rule)


def _expansions(lark: Lark, name: str) -> Iterator[Sequence[Symbol]]:
    return (known.expansion for known in lark.rules if known.origin.name == name)


def without_groups(pattern: str, kept: frozenset[str] = frozenset()) -> str:
    """*pattern* with every named group but the *kept* ones made non-capturing."""
    return re.sub(r"\(\?P<(\w+)>", lambda group: group[0] if group[1] in kept else "(?:", pattern)


def _alternatives(ways: list[list[str]]) -> str:
    """The ways joined with ``|``, what they share at the front written once."""
    branches: dict[str, list[list[str]]] = {}
    for way in ways:
        if way:
            branches.setdefault(way[0], []).append(way[1:])
    bodies = [head + _alternatives(tails) for head, tails in branches.items()]
    if any(not way for way in ways):
        return f"(?:{'|'.join(bodies)})?" if bodies else ""
    return bodies[0] if len(bodies) == 1 else f"(?:{'|'.join(bodies)})"
