"""The regular expressions of a dialect, made from its rules when its tables are compiled."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import cast

from procmaps.grammar.parsed_line import Form
from procmaps.grammar.rules import HEADER_PARTS, Rules
from procmaps.grammar.to_regex import Terminal, compile_rule, expansions, without_groups

_LINE_END = "(?:\\n|\\Z)"

FieldExpressions = tuple[bytes, bytes, dict[str | None, Form]]
"""The rules of field lines that begin with one terminal: the expression of that terminal, which is
the key and the colon; the expression of the rest and the line end, with a group for each terminal;
and the form by terminal, by None if nothing follows the key."""


def header_expression(rules: Rules) -> bytes:
    """Return the expression of a header line with its line end; its groups are `HEADER_PARTS`."""
    return f"{compile_rule(rules, 'header', HEADER_PARTS)}{_LINE_END}".encode("latin-1")


def label_expression(rules: Rules) -> bytes | None:
    """Return the expression of a ``Name:`` line; None if the dialect has none."""
    if "label" not in rules.rules:
        return None
    return f"{compile_rule(rules, 'label')}{_LINE_END}".encode("latin-1")


def name_rules(rules: Rules) -> dict[str, str]:
    """Return the terminals of a name column by priority, each with the rule that contains it."""
    found = {terminal.name: terminal.path[-1] for (terminal,) in expansions(rules, "name")}
    return {name: found[name] for name in sorted(found, key=lambda name: -rules.priority(name))}


def fixed_names(rules: Rules) -> dict[bytes, str]:
    """Return the name columns that are the only ones of a terminal, such as ``[heap]``.

    Each has the terminal of the highest priority that matches it.
    """
    every = re.compile(_alternatives(rules, name_rules(rules)))
    texts = (_fixed_text(rules, name) for name in name_rules(rules))
    found = {text: every.fullmatch(text) for text in texts if text}
    return {text: match.lastgroup or "" for text, match in found.items() if match}


def name_expression(rules: Rules) -> bytes:
    """Return the expression of every other name column: a group for each terminal, by priority."""
    return _alternatives(
        rules, [name for name in name_rules(rules) if not _fixed_text(rules, name)]
    )


def _alternatives(rules: Rules, names: Iterable[str]) -> bytes:
    groups = (f"(?P<{name}>{without_groups(rules.pattern(name))})" for name in names)
    return "|".join(groups).encode("latin-1")


def _fixed_text(rules: Rules, name: str) -> bytes:
    """Return the only text that a terminal matches; empty if that is not obvious."""
    pattern = rules.pattern(name).removesuffix(r"\Z")
    text = re.sub(r"\\(.)", r"\1", pattern)
    return text.encode("latin-1") if re.escape(text) == pattern else b""


def field_expressions(rules: Rules) -> Iterator[FieldExpressions]:
    """Yield the expressions of field lines, by priority of their first terminal."""
    by_first: dict[str, list[tuple[Terminal, ...]]] = {}
    for expansion in expansions(rules, "field"):
        by_first.setdefault(expansion[0].name, []).append(expansion)
    for name in sorted(by_first, key=lambda name: -rules.priority(name)):
        yield _rest_of_fields(rules, by_first[name])


def _rest_of_fields(rules: Rules, found: list[tuple[Terminal, ...]]) -> FieldExpressions:
    """Compile the expansions of fields that begin with the same terminal."""
    rests = [(expansion[1:], expansion[0].path[1]) for expansion in found]
    rests.sort(key=lambda item: -rules.priority(item[0][0].name) if item[0] else 1)
    texts = [
        "".join(f"(?P<{terminal.name}>(?>{terminal.pattern}))" for terminal in rest)
        for rest, _ in rests
    ]
    return (
        found[0][0].pattern.encode("latin-1"),
        f"(?>{'|'.join(texts)}){_LINE_END}".encode("latin-1"),
        {rest[-1].name if rest else None: cast("Form", form) for rest, form in rests},
    )
