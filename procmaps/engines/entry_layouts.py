"""The field lines of one entry: their order as an `EntryLayout`, compiled to one expression."""

from __future__ import annotations

import functools
import re
from array import array
from typing import NamedTuple

import attrs

from procmaps.engines.number_cache import NumberCache
from procmaps.engines.usage_table import MISSING
from procmaps.formats.smaps_fields import FIELDS
from procmaps.grammar.loading import Grammar
from procmaps.grammar.parsed_line import FieldLine, Form
from procmaps.grammar.to_regex import compile_rule


class FieldNumbers:
    """The number caches of the field lines of one text."""

    def __init__(self) -> None:
        self.sizes = NumberCache(lambda text: int(text) * 1024, MISSING - 1)
        self.counts = NumberCache(int, MISSING - 1)


@attrs.frozen
class FieldLayout:
    """One field line of a layout: its key, and which part of the line is the value."""

    key: bytes
    rule: Form
    """The rule of ``grammar/fields.lark`` that accepts the line."""
    column: str | None
    """The usage column of the number; None if the text is kept instead."""

    @classmethod
    def of(cls, field: FieldLine) -> FieldLayout:
        """Return the layout of a line that the reference engine parsed as *field*."""
        known = FIELDS.get(field.key)
        number = known is not None and field.form in ("size", "count")
        return cls(field.key, field.form, known.attribute if known and number else None)

    @property
    def value(self) -> str:
        """The group or the terminal of the rule that matches the value."""
        numbers = {"size": "kilobytes", "count": "number"}
        texts = {"flags": "FLAGS", "label": "NAME"}
        return numbers[self.rule] if self.column else texts.get(self.rule, self.rule.upper())


class UsageBlock(NamedTuple):
    """The values of the field lines of one entry, in the order of `EntryLayout.fields`."""

    numbers: bytes
    """The numbers with a usage column, 64 bits each."""
    texts: tuple[bytes, ...]


@attrs.frozen(eq=False, slots=False)
class EntryLayout:
    """The field lines of an entry, in their order, and one expression that matches them all."""

    fields: tuple[FieldLayout, ...]
    """Sizes with a usage column, then counts with one, then the fields without."""
    last_line: bytes
    """How the last line begins, with the newline before it; empty without field lines."""
    pattern: re.Pattern[bytes]
    """Matches the field lines; the groups are their values in the order printed."""
    group_index: tuple[int, ...]
    """For each of `fields`, the index of its group."""

    @classmethod
    def of(cls, printed: tuple[FieldLayout, ...], grammar: Grammar) -> EntryLayout:
        """Compile the layout of entries with the field lines *printed*."""
        patterns: list[str] = []
        for field in printed:
            key = {"KEY": field.key + b":"}
            rule = compile_rule(grammar.lark, field.rule, (field.value,), key)
            rule = rule.replace(f"(?P<{field.value}>", "(")
            # Atomic: the grammar accepts a line by itself, whatever the next line is.
            patterns.append(rf"(?>{rule}(?:\n|\Z))")
        patterns.append(f"(?!{grammar.terminal('KEY').pattern.decode('latin-1')})")
        ranks = ["size", "count"]
        group_index = sorted(
            range(len(printed)),
            key=lambda index: ranks.index(printed[index].rule) if printed[index].column else 2,
        )
        return cls(
            tuple(printed[index] for index in group_index),
            b"\n" + printed[-1].key + b":" if printed else b"",
            re.compile("".join(patterns).encode("latin-1")),
            tuple(group_index),
        )

    def parse(self, groups: tuple[bytes, ...], numbers: FieldNumbers) -> UsageBlock:
        """Parse the groups of a match. Raises `ImpossibleValue` for a number out of range."""
        values = [groups[index] for index in self.group_index]
        parsed = numbers.sizes.numbers("Q", values[: self.size_count])
        parsed.extend(numbers.counts.numbers("Q", values[self.size_count : self.number_count]))
        return UsageBlock(parsed.tobytes(), tuple(values[self.number_count :]))

    @functools.cached_property
    def size_count(self) -> int:
        """Number of sizes that have a usage column."""
        return sum(field.rule == "size" and field.column is not None for field in self.fields)

    @functools.cached_property
    def number_count(self) -> int:
        """Number of fields that have a usage column."""
        return sum(field.column is not None for field in self.fields)

    def columns_of(self, blocks: list[UsageBlock]) -> list[tuple[str, array[int]]]:
        """Return each usage column of the layout, with one number per block."""
        numbers = array("Q", b"".join(block.numbers for block in blocks))
        fields = self.fields[: self.number_count]
        return [
            (field.column, numbers[index :: self.number_count])
            for index, field in enumerate(fields)
            if field.column
        ]
