"""How entries look: each `Shape` compiled from the grammar, and its bodies that were `Met`."""

from __future__ import annotations

import functools
import re
from array import array
from collections.abc import Callable, Iterable
from typing import NamedTuple

import attrs

from procmaps.engines.usage_table import MISSING, UsageTable
from procmaps.formats.smaps_fields import FIELDS
from procmaps.grammar.loading import Grammar
from procmaps.grammar.parsed_line import FieldLine, Form, ImpossibleValue
from procmaps.grammar.to_regex import compile_rule

MAX_MEMO = 1 << 16
"""Distinct texts of numbers remembered, for each way of reading them."""

MAX_BODIES = 1 << 12
"""Distinct texts below headers remembered for each shape, each less than a kilobyte."""


class Memo(dict[bytes, int]):
    """Texts of numbers and what they mean, read once each; none is above a limit."""

    def __init__(self, read: Callable[[bytes], int], limit: int) -> None:
        super().__init__()
        self._read = read
        self._limit = limit

    def __missing__(self, text: bytes) -> int:
        """Read a new one; raises `ImpossibleValue` where it is above the limit."""
        value = self._read(text)
        if value > self._limit:
            raise ImpossibleValue("value", "above the limit")
        if len(self) >= MAX_MEMO:
            self.clear()
        self[text] = value
        return value

    def numbers(self, typecode: str, texts: Iterable[bytes]) -> array[int]:
        """The numbers that *texts* mean; raises `ImpossibleValue` where one is above the limit."""
        return array(typecode, map(self.__getitem__, texts))


class Numbers:
    """What the texts of numbers below headers mean."""

    def __init__(self) -> None:
        self.size = Memo(lambda text: int(text) * 1024, MISSING - 1)
        self.count = Memo(int, MISSING - 1)


@attrs.frozen
class Line:
    """What one line of a shape is, and which part of it is the value."""

    key: bytes
    rule: Form
    """The rule of ``grammar/fields.lark`` that reads it."""
    column: str | None
    """The usage column that the number goes to; None where the text is kept instead."""

    @classmethod
    def of(cls, field: FieldLine) -> Line:
        """The line that the reference engine read as *field*."""
        known = FIELDS.get(field.key)
        number = known is not None and field.form in ("size", "count")
        return cls(field.key, field.form, known.attribute if known and number else None)

    @property
    def value(self) -> str:
        """The group or the terminal of the rule that holds the value."""
        numbers = {"size": "kilobytes", "count": "number"}
        texts = {"flags": "FLAGS", "label": "NAME"}
        return numbers[self.rule] if self.column else texts.get(self.rule, self.rule.upper())


class Body(NamedTuple):
    """What the lines below one header say, in the order of their shape."""

    numbers: bytes
    """Those that go to columns, 64 bits each."""
    texts: tuple[bytes, ...]


@attrs.frozen(eq=False, slots=False)
class Shape:
    """One way that entries look: the lines below the header, and the expression for them all."""

    lines: tuple[Line, ...]
    """Those whose number has a column before the others, sizes before counts."""
    last: bytes
    """What the last line of an entry begins with, the newline before it included."""
    pattern: re.Pattern[bytes]
    """The lines below a header; its groups are their values, in the order printed."""
    order: tuple[int, ...]
    """Which group is the value of each of `lines`."""

    @classmethod
    def of(cls, printed: tuple[Line, ...], grammar: Grammar) -> Shape:
        """The shape of entries with these lines, compiled."""
        pieces: list[str] = []
        for line in printed:
            key = {"KEY": line.key + b":"}
            rule = compile_rule(grammar.lark, line.rule, (line.value,), key)
            rule = rule.replace(f"(?P<{line.value}>", "(")
            # Atomic: a line is what the grammar makes of it alone, whatever comes next.
            pieces.append(rf"(?>{rule}(?:\n|\Z))")
        pieces.append(f"(?!{grammar.terminal('KEY').pattern.decode('latin-1')})")
        ranks = ["size", "count"]
        order = sorted(
            range(len(printed)),
            key=lambda place: ranks.index(printed[place].rule) if printed[place].column else 2,
        )
        return cls(
            tuple(printed[place] for place in order),
            b"\n" + printed[-1].key + b":" if printed else b"",
            re.compile("".join(pieces).encode("latin-1")),
            tuple(order),
        )

    def read(self, values: tuple[bytes, ...], known: Numbers) -> Body:
        """What the groups of a match say; raises `ImpossibleValue` where a number cannot be."""
        ordered = [values[place] for place in self.order]
        numbers = array("Q", map(known.size.__getitem__, ordered[: self.sizes]))
        numbers.extend(map(known.count.__getitem__, ordered[self.sizes : self.numbers]))
        return Body(numbers.tobytes(), tuple(ordered[self.numbers :]))

    @functools.cached_property
    def sizes(self) -> int:
        """How many of the lines are sizes with a column."""
        return sum(line.rule == "size" and line.column is not None for line in self.lines)

    @functools.cached_property
    def numbers(self) -> int:
        """How many of the lines have a column."""
        return sum(line.column is not None for line in self.lines)


class Met:
    """The bodies of one shape that a text has shown so far: most entries repeat one of them."""

    def __init__(self, shape: Shape, table: UsageTable, numbers: Numbers) -> None:
        self._shape = shape
        self._table = table
        self._numbers = numbers
        self._longest = 0
        self._fresh: list[Body] = []
        self.rows: dict[bytes, int] = {}
        """Each text, and its row in the table."""

    def take(self, text: bytes, at: int) -> tuple[int, int] | None:
        """The row of the body at *at*, and the place behind it; None: it is not of the shape."""
        behind = self._end(text, at)
        row = self.rows.get(text[at:behind])
        return self._read(text, at) if row is None else (row, behind)

    def _end(self, text: bytes, at: int) -> int:
        """The end of the line that is the last of the shape, if there is such a line."""
        last, limit = self._shape.last, at + self._longest
        if not last:
            return at
        return text.find(b"\n", text.find(last, at - 1, limit) + len(last), limit) + 1

    def _read(self, text: bytes, at: int) -> tuple[int, int] | None:
        match = self._shape.pattern.match(text, at)
        if not match:
            return None
        try:
            body = self._shape.read(match.groups(b""), self._numbers)
        except ImpossibleValue:
            return None
        row = 0
        if self._shape.lines:
            row = self._table.rows + len(self._fresh)
            self._fresh.append(body)
        if len(self.rows) >= MAX_BODIES:
            self.rows.clear()
        self.rows[match[0]] = row
        self._longest = max(self._longest, len(match[0]))
        return row, match.end()

    def store(self) -> None:
        """Put the new ones into the table."""
        shape, table, row = self._shape, self._table, self._table.rows
        if not self._fresh:
            return
        numbers = array("Q", b"".join(body.numbers for body in self._fresh))
        for place, line in enumerate(shape.lines[: shape.numbers]):
            if line.column:
                table.extend_numbers(line.column, row, numbers[place :: shape.numbers])
        others = shape.lines[shape.numbers :]
        texts = zip(*(body.texts for body in self._fresh), strict=True)
        for line, column in zip(others, texts, strict=True):
            table.extend_texts(line.rule, line.key, row, column)
        table.rows += len(self._fresh)
        self._fresh.clear()
