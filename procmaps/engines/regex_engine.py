"""The fast engine in pure Python: regular expressions compiled from the grammar.

It learns the shapes of a file's entries, that is which lines stand below a header and in what
order, from the reference engine: the first entry of a shape is read by
`procmaps.grammar.loading.read_line`, all that follow match one expression for the whole entry. An
entry that matches no known shape, or holds a number that cannot be, goes back to the reference:
that entry, never the file. What stands below a header is matched once: most entries of a process
print lines that another entry has printed, too.
"""

from __future__ import annotations

import sys
from array import array
from binascii import unhexlify
from collections.abc import Iterable
from functools import partial
from itertools import repeat
from operator import lt

from procmaps.engines.columns import Columns
from procmaps.engines.entry_layouts import Line, Memo, Met, Numbers, Shape
from procmaps.engines.lark_engine import read_line
from procmaps.grammar.loading import HEADER_PARTS, Grammar
from procmaps.grammar.parsed_line import MAX_U32, MAX_U64, FieldLine, HeaderLine, ImpossibleValue
from procmaps.records.perms import Perms

CHUNK = 1024
"""Entries matched before their values move into the columns; it bounds the memory in between."""

MAX_SHAPES = 64
"""Shapes remembered for one file. Kernels print one or two; a hostile file any number."""


def scan(text: bytes, grammar: Grammar) -> Columns:
    """Read *text* into columns, the same as `procmaps.grammar.loading.scan` does."""
    return _Scanner(text, grammar).run()


class _Scanner:
    """One pass over one text."""

    def __init__(self, text: bytes, grammar: Grammar) -> None:
        self.text = text
        self.grammar = grammar
        self.columns = Columns()
        self.numbers = Numbers()
        self.shapes: list[Met] = []
        self.printed: set[tuple[Line, ...]] = set()
        self.another_line = grammar.terminal("KEY")
        self.offset = Memo(partial(int, base=16), MAX_U64)
        self.device = Memo(partial(int, base=16), MAX_U32)
        self.inode = Memo(int, MAX_U64)
        self.perms = Memo(lambda text: Perms.from_text(text.decode("ascii")).flags, MAX_U32)
        self._remember(())

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
        at, event = read_line(self.text, at, self.grammar, self.columns)
        if not isinstance(event, HeaderLine):
            return at
        lines: tuple[Line, ...] = ()
        while at < len(self.text) and not self.grammar.header.match(self.text, at):
            at, event = read_line(self.text, at, self.grammar, self.columns)
            if not isinstance(event, FieldLine):
                return at
            lines += (Line.of(event),)
        self._remember(lines)
        return at

    def _remember(self, lines: tuple[Line, ...]) -> None:
        if len(self.shapes) < MAX_SHAPES and lines not in self.printed:
            self.printed.add(lines)
            shape = Shape.of(lines, self.grammar)
            self.shapes.insert(0, Met(shape, self.columns.usage_table, self.numbers))

    def _entries(self, met: Met, at: int) -> int:
        """Read the entries of one shape from *at* on; the place behind them, 0 if there is none."""
        match, text = self.grammar.header.match, self.text
        first = at
        recent: tuple[tuple[bytes, int, int], ...] = ()
        rows: list[tuple[bytes, ...]] = []
        places: list[int] = []
        below: list[int] = []
        while header := match(text, at):
            start = header.end()
            # Most bodies are one of the last two.
            for printed, length, known in recent:
                if text[start : start + length] == printed:
                    row, behind = known, start + length
                    break
            else:
                taken = met.take(text, start)
                if not taken:
                    break
                row, behind = taken
                recent = ((text[start:behind], behind - start, row), *recent[:1])
            rows.append(header.groups(b""))
            places.append(at)
            below.append(row)
            at = behind
            # The last one waits: what is behind it may turn out to be one line more of it.
            if len(rows) > CHUNK:
                met.store()
                self._store(rows[:-1], below[:-1], places)
                rows, below, places = rows[-1:], below[-1:], places[-1:]
        if rows and self.another_line.match(text, at):
            at = places[-1]
            rows, below, places = rows[:-1], below[:-1], places[:-1]
        met.store()
        if rows:
            self._store(rows, below, [*places, at])
        return at if at > first else 0

    def _store(self, rows: list[tuple[bytes, ...]], below: list[int], places: list[int]) -> None:
        """Move matched entries into the columns; *places* has one more, where the last one ends."""
        *texts, names = zip(*rows, strict=True)
        try:
            headers = self._headers(texts)
        except ImpossibleValue:
            at = places[0]
            while at < places[-1]:
                at, _ = read_line(self.text, at, self.grammar, self.columns)
            return
        columns = self.columns
        columns.at.extend(places[:-1])
        for part, numbers in zip(HEADER_PARTS, headers, strict=False):
            getattr(columns, part).extend(numbers)
        columns.name.extend(map(columns.names.__getitem__, names))
        columns.usage_row.extend(below)

    def _headers(self, texts: list[tuple[bytes, ...]]) -> list[array[int]]:
        """The numbers of the header lines; raises `ImpossibleValue` where one cannot be."""
        start, end, perms, offset, major, minor, inode = texts
        first, last = _addresses(start), _addresses(end)
        if any(map(lt, last, first)):
            raise ImpossibleValue("end", "below the start")
        return [
            first,
            last,
            self.perms.numbers("B", perms),
            self.offset.numbers("Q", offset),
            self.device.numbers("I", major),
            self.device.numbers("I", minor),
            self.inode.numbers("Q", inode),
        ]


def _addresses(texts: Iterable[bytes]) -> array[int]:
    """Hexadecimal numbers of up to 16 digits, all at once: hardly two are the same."""
    numbers = array("Q", unhexlify(b"".join(map(bytes.zfill, texts, repeat(16)))))
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers
