"""The fast engine in pure Python: regular expressions compiled from the grammar.

It learns the shapes of a file's entries, that is which lines stand below a header and in what
order, from the reference engine: the first entry of a shape is read by `procmaps.grammar.take`, all
that follow match one expression for the whole entry. An entry that matches no known shape, or holds
a number that cannot be, goes back to the reference: that entry, never the file. What stands below a
header is matched once: most entries of a process print lines that another entry has printed, too.
"""

from __future__ import annotations

import functools
import re
from array import array
from collections.abc import Callable, Iterable
from functools import partial
from itertools import repeat
from operator import lt
from typing import NamedTuple

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

MAX_BODIES = 1 << 12
"""Distinct texts below headers remembered for each shape, each less than a kilobyte."""


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
    bodies: dict[bytes, Body] = attrs.field(factory=dict[bytes, Body])
    """The texts below a header that have matched, and what they say."""

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

    def read(self, values: tuple[bytes, ...], size: _Memo, count: _Memo) -> Body:
        """What the groups of a match say; raises `Refused` where a number cannot be."""
        ordered = [values[place] for place in self.order]
        numbers = array("Q", map(size.__getitem__, ordered[: self.sizes]))
        numbers.extend(map(count.__getitem__, ordered[self.sizes : self.numbers]))
        return Body(numbers.tobytes(), tuple(ordered[self.numbers :]))

    @functools.cached_property
    def sizes(self) -> int:
        """How many of the lines are sizes with a column."""
        return sum(line.rule == "size" and line.column is not None for line in self.lines)

    @functools.cached_property
    def numbers(self) -> int:
        """How many of the lines have a column."""
        return sum(line.column is not None for line in self.lines)


def scan(text: bytes, grammar: Grammar) -> Columns:
    """Read *text* into columns, the same as `procmaps.grammar.scan` does."""
    return _Scanner(text, grammar).run()


class _Memo(dict[bytes, int]):
    """Texts of numbers and what they mean, read once each; none is above a limit."""

    def __init__(self, read: Callable[[bytes], int], limit: int) -> None:
        super().__init__()
        self._read = read
        self._limit = limit

    def __missing__(self, text: bytes) -> int:
        """Read a new one; raises `Refused` where it is above the limit."""
        value = self._read(text)
        if value > self._limit:
            raise Refused("value", "above the limit")
        if len(self) >= MAX_MEMO:
            self.clear()
        self[text] = value
        return value

    def numbers(self, typecode: str, texts: Iterable[bytes]) -> array[int]:
        """The numbers that *texts* mean; raises `Refused` where one is above the limit."""
        return array(typecode, map(self.__getitem__, texts))


class _Scanner:
    """One pass over one text."""

    def __init__(self, text: bytes, grammar: Grammar) -> None:
        self.text = text
        self.grammar = grammar
        self.columns = Columns()
        self.shapes = [Shape.of((), grammar)]
        self.printed: set[tuple[Line, ...]] = {()}
        self.another_line = grammar.terminal("KEY")
        self.address = _Memo(partial(int, base=16), MAX_U64)
        self.device = _Memo(partial(int, base=16), MAX_U32)
        self.inode = _Memo(int, MAX_U64)
        self.count = _Memo(int, MISSING - 1)
        self.size = _Memo(lambda text: int(text) * 1024, MISSING - 1)
        self.perms = _Memo(lambda text: Perms.from_text(text.decode("ascii")).bits, MAX_U32)

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
        if len(self.shapes) < MAX_SHAPES and lines not in self.printed:
            self.printed.add(lines)
            self.shapes.insert(0, Shape.of(lines, self.grammar))
        return at

    def _entries(self, shape: Shape, at: int) -> int:
        """Read the entries of *shape* from *at* on; the place behind them, 0 if there is none."""
        match, text, size, known = (
            self.grammar.header.match,
            self.text,
            len(self.text),
            shape.bodies,
        )
        first, longest = at, max(map(len, known), default=0)
        last = shape.last
        rows: list[tuple[bytes, ...]] = []
        bodies: list[Body] = []
        places: list[int] = []
        while at < size and (header := match(text, at)):
            below = behind = header.end()
            if last:
                # To the end of the line that is the last of the shape.
                behind = text.find(last, below - 1, below + longest) + len(last)
                behind = text.find(b"\n", behind, below + longest) + 1
            body = known.get(text[below:behind])
            if body is None:
                entry = shape.pattern.match(text, below)
                body = self._body(shape, entry) if entry else None
                if entry is None or body is None:
                    break
                behind = entry.end()
                longest = max(longest, behind - below)
            rows.append(header.groups(b""))
            bodies.append(body)
            places.append(at)
            at = behind
            # The last one waits: what is behind it may turn out to be one line more of it.
            if len(rows) > CHUNK:
                self._store(shape, rows[:-1], bodies[:-1], places)
                rows, bodies, places = rows[-1:], bodies[-1:], places[-1:]
        if rows and self.another_line.match(text, at):
            rows.pop()
            bodies.pop()
            at = places.pop()
        if rows:
            self._store(shape, rows, bodies, [*places, at])
        return at if at > first else 0

    def _body(self, shape: Shape, below: re.Match[bytes]) -> Body | None:
        """What stands below a header, remembered; None where a number cannot be."""
        try:
            body = shape.read(below.groups(b""), self.size, self.count)
        except Refused:
            return None
        if len(shape.bodies) >= MAX_BODIES:
            shape.bodies.clear()
        shape.bodies[below[0]] = body
        return body

    def _store(
        self, shape: Shape, rows: list[tuple[bytes, ...]], bodies: list[Body], places: list[int]
    ) -> None:
        """Move matched entries into the columns; *places* has one more, where the last one ends."""
        *texts, names = zip(*rows, strict=True)
        try:
            headers = self._headers(texts)
        except Refused:
            at = places[0]
            while at < places[-1]:
                at, _ = take(self.text, at, self.grammar, self.columns)
            return
        columns, row = self.columns, len(self.columns)
        columns.at.extend(places[:-1])
        for part, numbers in zip(HEADER_PARTS, headers, strict=False):
            getattr(columns, part).extend(numbers)
        columns.name.extend(map(columns.names.__getitem__, names))
        self._store_bodies(shape, bodies, row)

    def _store_bodies(self, shape: Shape, bodies: list[Body], row: int) -> None:
        """Move what stands below headers into the columns, from *row* on."""
        numbers = array("Q", b"".join(body.numbers for body in bodies))
        for place, line in enumerate(shape.lines[: shape.numbers]):
            if line.column:
                self.columns.extend_usage(line.column, row, numbers[place :: shape.numbers])
        others = shape.lines[shape.numbers :]
        below = zip(*(body.texts for body in bodies), strict=True)
        for line, texts in zip(others, below, strict=True):
            self.columns.extend_text(line.rule, line.key, row, texts)

    def _headers(self, texts: list[tuple[bytes, ...]]) -> list[array[int]]:
        """The numbers of the header lines; raises `Refused` where one cannot be."""
        start, end, perms, offset, major, minor, inode = texts
        first, last = (array("Q", map(int, column, repeat(16))) for column in (start, end))
        if any(map(lt, last, first)):
            raise Refused("end", "below the start")
        return [
            first,
            last,
            self.perms.numbers("B", perms),
            self.address.numbers("Q", offset),
            self.device.numbers("I", major),
            self.device.numbers("I", minor),
            self.inode.numbers("Q", inode),
        ]
