"""Regular expressions compiled, by program, from a loaded Lark grammar.

The rules for a line have no recursion, so each is one regular expression. Nothing of the syntax is
written here: a change in ``grammar/`` changes what this module yields.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from lark import Lark


def bare(symbol: str) -> str:
    """A symbol's name as its grammar file spells it, without the prefixes of ``%import``.

    Lark makes ``header__INODE`` of an imported ``INODE``, and ``_header__PAD`` of ``_PAD``.
    """
    name = symbol.rpartition("__")[2]
    return f"_{name}" if symbol.startswith("_") and name != symbol else name


@attrs.frozen
class Step:
    """One terminal on the way through a rule."""

    terminal: str
    """Its name in the grammar."""
    pattern: str
    """Its regular expression."""
    literal: str
    """The text itself where the terminal is nothing but a text in quotes; else empty."""
    path: tuple[str, ...]
    """The rules it stands in, outermost first."""


def paths(lark: Lark, rule: str) -> tuple[tuple[Step, ...], ...]:
    """Every way through *rule*, as the terminals it consists of, the longest first."""
    terminals = {known.name: known.pattern for known in lark.terminals}
    expansions: dict[str, list[list[tuple[str, bool]]]] = {}
    for known in lark.rules:
        ways = expansions.setdefault(str(known.origin.name), [])
        ways.append([(str(symbol.name), symbol.is_term) for symbol in known.expansion])

    def walk(name: str, path: tuple[str, ...]) -> Iterator[tuple[Step, ...]]:
        for expansion in expansions[name]:
            ways: list[tuple[Step, ...]] = [()]
            for symbol, is_terminal in expansion:
                tails: Iterable[tuple[Step, ...]]
                if is_terminal:
                    pattern = terminals[symbol]
                    literal = pattern.value if pattern.type == "str" else ""
                    tails = ((Step(bare(symbol), pattern.to_regexp(), literal, path),),)
                else:
                    tails = tuple(walk(symbol, (*path, bare(symbol))))
                ways = [way + tail for way in ways for tail in tails]
            yield from ways

    origin = next(name for name in expansions if bare(name) == rule)
    return tuple(sorted(walk(origin, (rule,)), key=len, reverse=True))


def compile_rule(
    ways: Iterable[tuple[Step, ...]],
    groups: Iterable[str] = (),
    literals: Mapping[str, bytes] | None = None,
) -> str:
    """The regular expression of a rule, given its `paths`.

    Every rule or terminal named in *groups* becomes a named group, and a group that a terminal
    defines itself stays one only where it is named there too. A terminal in *literals* is narrowed
    to the bytes given.
    """
    wanted = frozenset(groups)
    narrowed = {
        name: re.escape(text.decode("latin-1")) for name, text in (literals or {}).items()
    }
    return _alternatives([[*_marked(way, wanted, narrowed)] for way in ways])


def _marked(
    way: tuple[Step, ...], groups: frozenset[str], literals: Mapping[str, str]
) -> Iterator[str]:
    """The pieces of one way, a wanted rule's terminals joined into one named group."""
    open_group, inner = "", ""
    for step in way:
        name = next((n for n in (*step.path, step.terminal) if n in groups), "")
        piece = literals.get(step.terminal) or _without_groups(step.pattern, groups)
        if name != open_group and open_group:
            yield f"(?P<{open_group}>{inner})"
            inner = ""
        open_group = name
        if name:
            inner += piece
        else:
            yield piece
    if open_group:
        yield f"(?P<{open_group}>{inner})"


def _without_groups(pattern: str, kept: frozenset[str]) -> str:
    """*pattern* with every named group but the *kept* ones made non-capturing."""
    return re.sub(
        r"\(\?P<(\w+)>", lambda group: group[0] if group[1] in kept else "(?:", pattern
    )


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
