"""The fast engine in pure Python: regular expressions compiled from the grammar.

It learns the shapes of a file's entries, that is which lines stand below a header and in what
order, from the reference engine: the first entry of a shape is read by `procmaps.grammar.take`, all
that follow match one expression for the whole entry. An entry that matches no known shape, or holds
a number that cannot be, goes back to the reference: that entry, never the file.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable
from functools import partial
from operator import lt

import attrs

from procmaps.columns import MAX_U32, MAX_U64, MISSING, Columns, Field, Form, Header, Refused
from procmaps.fields import FIELDS
from procmaps.grammar import HEADER_PARTS, Grammar, take
from procmaps.patterns import compile_rule
from procmaps.records import Perms

CHUNK = 1024
"""Entries matched before their values move into the columns; it bounds the memory in between."""

MAX_SHAPES = 64
"""Shapes remembered for one file. Kernels print one or two; a hostile file any number."""

MAX_MEMO = 1 << 16
"""Distinct texts of numbers remembered, for each way of reading them."""


@attrs.frozen
class Line:
    """What one line of a shape is, and which part of it is the value."""

    key: bytes
    rule: Form
    """The rule of ``grammar/fields.lark`` that reads it."""
    column: str | None
    """The usage column that the number goes to; None where the text is kept instead."""

    @classmethod
    def of(cls, field: Field) -> Line:
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


@attrs.frozen(eq=False)
class Shape:
    """One way that entries look: the lines below the header, and the expression for them all."""

    lines: tuple[Line, ...]
    pattern: re.Pattern[bytes]
    """Its groups are those of a header line, then one value a line."""

    @classmethod
    def of(cls, lines: tuple[Line, ...], grammar: Grammar) -> Shape:
        """The shape of entries with these lines, compiled."""
        # Atomic: a header or a line is what the grammar makes of it alone, whatever comes next.
        pieces = [f"(?>{grammar.header.pattern.decode('latin-1')})"]
        for line in lines:
            key = {"KEY": line.key + b":"}
            rule = compile_rule(grammar.lark, line.rule, (line.value,), key)
            rule = rule.replace(f"(?P<{line.value}>", "(")
            pieces.append(rf"(?>{rule}(?:\n|\Z))")
        another_line = f"(?!{grammar.terminal('KEY').pattern.decode('latin-1')})"
        return cls(lines, re.compile("".join((*pieces, another_line)).encode("latin-1")))


def scan(text: bytes, grammar: Grammar) -> Columns:
    """Read *text* into columns, the same as `procmaps.grammar.scan` does."""
    return _Scanner(text, grammar).run()


class _Memo(dict[bytes, int]):
    """Texts of numbers and what they mean, read once each."""

    def __init__(self, read: Callable[[bytes], int]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: bytes) -> int:
        if len(self) >= MAX_MEMO:
            self.clear()
        value = self[text] = self._read(text)
        return value

    def numbers(self, typecode: str, texts: Iterable[bytes], limit: int) -> array[int]:
        """The numbers that *texts* mean; raises `Refused` where one is above *limit*."""
        values = [*map(self.__getitem__, texts)]
        if max(values) > limit:
            raise Refused("value", "above the limit")
        return array(typecode, values)


class _Scanner:
    """One pass over one text."""

    def __init__(self, text: bytes, grammar: Grammar) -> None:
        self.text = text
        self.grammar = grammar
        self.columns = Columns()
        self.shapes = [Shape.of((), grammar)]
        self.hexadecimal = _Memo(partial(int, base=16))
        self.decimal = _Memo(int)
        self.kilobytes = _Memo(lambda text: int(text) * 1024)
        self.perms = _Memo(lambda text: Perms.from_text(text.decode("ascii")).bits)

    def run(self) -> Columns:
        at = 0
        while at < len(self.text):
            at = self._known(at) or self._learn(at)
        return self.columns

    def _known(self, at: int) -> int:
        """Read all the entries from *at* on that have one known shape; 0 where not even one has."""
        for place, shape in enumerate(self.shapes):
            if behind := self._entries(shape, at):
                # The next entry most likely looks like this one.
                self.shapes.insert(0, self.shapes.pop(place))
                return behind
        return 0

    def _learn(self, at: int) -> int:
        """Read one entry, or one stray line, with the reference; remember the entry's shape."""
        at, event = take(self.text, at, self.grammar, self.columns)
        if not isinstance(event, Header):
            return at
        lines: tuple[Line, ...] = ()
        while at < len(self.text) and not self.grammar.header.match(self.text, at):
            at, event = take(self.text, at, self.grammar, self.columns)
            if not isinstance(event, Field):
                return at
            lines += (Line.of(event),)
        if len(self.shapes) < MAX_SHAPES and all(known.lines != lines for known in self.shapes):
            self.shapes.insert(0, Shape.of(lines, self.grammar))
        return at

    def _entries(self, shape: Shape, at: int) -> int:
        """Read the entries of *shape* from *at* on; the place behind them, 0 if there is none."""
        match, text, size, behind = shape.pattern.match, self.text, len(self.text), 0
        rows: list[tuple[bytes, ...]] = []
        places: list[int] = []
        while at < size and (entry := match(text, at)):
            rows.append(entry.groups(b""))
            places.append(at)
            behind = at = entry.end()
            if len(rows) == CHUNK:
                self._store(shape, rows, places, behind)
                rows, places = [], []
        if rows:
            self._store(shape, rows, places, behind)
        return behind

    def _store(
        self, shape: Shape, rows: list[tuple[bytes, ...]], places: list[int], behind: int
    ) -> None:
        """Move matched entries into the columns; *behind* is where the last of them ends."""
        texts = [*zip(*rows, strict=True)]
        *header, names = texts[: len(HEADER_PARTS)]
        below = [*zip(shape.lines, texts[len(HEADER_PARTS) :], strict=True)]
        try:
            headers = self._headers(header)
            usage = {
                line.column: self._usage(line, column) for line, column in below if line.column
            }
        except Refused:
            at = places[0]
            while at < behind:
                at, _ = take(self.text, at, self.grammar, self.columns)
            return
        columns, row = self.columns, len(self.columns)
        columns.at.extend(places)
        for part, numbers in zip(HEADER_PARTS, headers, strict=False):
            getattr(columns, part).extend(numbers)
        columns.name.extend(map(columns.names.place, names))
        for attribute, numbers in usage.items():
            columns.extend_usage(attribute, row, numbers)
        for line, column in below:
            if not line.column:
                columns.extend_text(line.rule, line.key, row, column)

    def _headers(self, texts: list[tuple[bytes, ...]]) -> list[array[int]]:
        """The numbers of the header lines; raises `Refused` where one cannot be."""
        start, end, perms, offset, major, minor, inode = texts
        first, last = (array("Q", map(partial(int, base=16), column)) for column in (start, end))
        if any(map(lt, last, first)):
            raise Refused("end", "below the start")
        return [
            first,
            last,
            self.perms.numbers("B", perms, MAX_U32),
            self.hexadecimal.numbers("Q", offset, MAX_U64),
            self.hexadecimal.numbers("I", major, MAX_U32),
            self.hexadecimal.numbers("I", minor, MAX_U32),
            self.decimal.numbers("Q", inode, MAX_U64),
        ]

    def _usage(self, line: Line, texts: tuple[bytes, ...]) -> array[int]:
        """The numbers of one line below the headers; raises `Refused` where one cannot be."""
        memo = self.kilobytes if line.rule == "size" else self.decimal
        return memo.numbers("Q", texts, MISSING - 1)
