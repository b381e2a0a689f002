"""The field lines of one entry: their order as an `EntryLayout`, compiled to one expression."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from procmaps._cached_property import cached_property
from procmaps.engines.usage_block_table import MISSING
from procmaps.grammar.loading import Grammar
from procmaps.grammar.parsed_line import FieldLine, Form

KIB = 1024
"""Bytes in the unit of a size."""

SAFE_DIGITS = len(str(MISSING // KIB)) - 1
"""A number of so many digits is in range, as a size and as a count."""


class FieldLayout(NamedTuple):
    """One field line of a layout: its key, and which part of the line is the value."""

    key: bytes
    rule: Form
    """The rule of ``grammar/fields.lark`` that accepts the line."""
    column: str | None
    """The usage column of the number; None if the text is kept instead."""

    @classmethod
    def of(cls, field: FieldLine, grammar: Grammar) -> FieldLayout:
        """Return the layout of a line that was parsed as *field*."""
        _, column = grammar.usage_fields.get(field.key, (None, None))
        return cls(field.key, field.form, column if field.form in ("size", "count") else None)

    @property
    def value(self) -> str:
        """The group or the terminal of the rule that matches the value."""
        numbers = {"size": "kilobytes", "count": "number"}
        texts = {"flags": "FLAGS", "label": "NAME"}
        return numbers[self.rule] if self.column else texts.get(self.rule, self.rule.upper())

    def in_range(self, text: bytes) -> bool:
        """Return whether a number of this field is in range."""
        return int(text) * (KIB if self.rule == "size" else 1) < MISSING


class EntryLayout:
    """The field lines of an entry, in their order, and one expression that matches them all."""

    def __init__(self, fields: tuple[FieldLayout, ...], grammar: Grammar) -> None:
        """Compile the layout of entries with the field lines *fields*."""
        self.fields = fields
        self.last_line = b"\n" + fields[-1].key + b":" if fields else b""
        """How the last line begins, with the newline before it; empty without field lines."""
        patterns = [_pattern(field, grammar) for field in fields]
        patterns.append(f"(?!{grammar.rules.pattern('KEY')})")
        self.pattern = re.compile("".join(patterns).encode("latin-1"))
        """Matches the field lines. It has one group for the value of each of `fields`."""

    def in_range(self, values: Sequence[bytes]) -> bool:
        """Return whether all numbers among *values*, the groups of a match, are in range."""
        numbers = self._numbers
        if max([len(values[index]) for index in numbers], default=0) <= SAFE_DIGITS:
            return True
        return all(self.fields[index].in_range(values[index]) for index in numbers)

    @cached_property
    def _numbers(self) -> tuple[int, ...]:
        return tuple(index for index, field in enumerate(self.fields) if field.column)


def _pattern(field: FieldLayout, grammar: Grammar) -> str:
    from procmaps.grammar.to_regex import compile_rule  # noqa: PLC0415 - slow to import

    rule = compile_rule(grammar.rules, field.rule, (field.value,), {"KEY": field.key + b":"})
    rule = rule.replace(f"(?P<{field.value}>", "(")
    # Atomic: the grammar accepts a line by itself, whatever the next line is.
    return rf"(?>{rule}(?:\n|\Z))"
