"""Lines on their way to a dump. Each keeps its origin, its repairs and the mapping in it."""

from __future__ import annotations

import itertools
import re
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal

import attrs

from procmaps._cached_property import cached_property
from procmaps.extraction import provenance
from procmaps.extraction.long_texts import LongTexts
from procmaps.extraction.matches import Match, find_match
from procmaps.extraction.provenance import Edit, Run, Runs
from procmaps.extraction.results import Doubt, DoubtKind, Repair, RepairKind

LINE_END = re.compile(rb"[\n\0]")
"""What ends a line: core files and profiles end texts with a NUL."""

_MAX_CONTEXT = 256
"""Bytes that are kept of the text before a literal."""

_CHARACTERS: dict[int, Literal["H", "I"]] = {2: "H", 4: "I"}
"""The format of characters of so many bytes."""

_BLOCK = 4096
"""Bytes of the input for which the newlines are counted together."""


@attrs.frozen(eq=False)
class Source:
    """The input that lines come from, to find the number of a line.

    data      The input, unchanged.
    newline   The bytes that end a line: one character in the charset of the input.
    """

    data: bytes
    newline: bytes = b"\n"
    long_texts: LongTexts = attrs.field(factory=LongTexts, init=False, repr=False)
    """The long texts in the repairs of its lines."""

    @cached_property
    def _newlines_before(self) -> array[int]:
        """The newlines before each block of the input."""
        counts = array("Q", [0])
        for begin in range(0, len(self.data), _BLOCK):
            counts.append(counts[-1] + self._newlines(begin, begin + _BLOCK))
        return counts

    def number(self, offset: int) -> int:
        """Return the number of the line that contains the byte *offset*, from 1."""
        block = min(offset, len(self.data)) // _BLOCK
        return self._newlines_before[block] + self._newlines(block * _BLOCK, offset) + 1

    def _newlines(self, begin: int, end: int) -> int:
        """Count the newlines between two bytes."""
        found = self.data.count(self.newline, begin, end)
        if not found or len(self.newline) == 1:
            return found
        text = memoryview(self.data)[begin:end]
        whole = text[: len(text) - len(text) % len(self.newline)]
        units = whole.cast(_CHARACTERS[len(self.newline)])
        return units.tolist().count(int.from_bytes(self.newline, sys.byteorder))

    def newlines(self, begin: int, end: int) -> Iterator[int]:
        """Yield the first byte of each newline between two bytes.

        In UTF-16, the second half of a character and the first half of the next one are no newline.
        """
        size = len(self.newline)
        at = self.data.find(self.newline, begin, end)
        while at >= 0:
            if at % size == 0:
                yield at
            at = self.data.find(self.newline, at + 1, end)

    def is_line_end(self, offset: int) -> bool:
        """Return whether a line ends at the byte *offset*: with a newline or a NUL."""
        end = self.data[offset : offset + len(self.newline)]
        return end == self.newline or (bool(end) and not any(end))

    def is_whole_line(self, begin: int, end: int) -> bool:
        """Return whether the bytes are all of a line."""
        starts = begin == 0 or self.is_line_end(begin - len(self.newline))
        return starts and (end == len(self.data) or self.is_line_end(end))

    def lines(self, begin: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield begin and end of each line between two bytes, without its newline."""
        while self.newline == b"\n" and (stop := self.data.find(b"\n", begin, end)) >= 0:
            yield begin, stop
            begin = stop + 1
        yield begin, end


@attrs.frozen
class SourceLine:
    """A line of text, repaired as far as the layers before have got.

    Only `split` and the methods here make one, so that no byte of the input gets lost.
    """

    text: bytes
    source: Source = attrs.field(repr=False, eq=False)
    _place: int | Runs
    """Where it begins in the input, if it is a copy; otherwise its runs."""
    repairs: tuple[Repair, ...] = ()
    context: bytes = b""
    """Text before a literal that the line was inside."""
    doubts: tuple[Doubt, ...] = ()
    """What cannot be known about the name in it."""
    listing: str = ""
    """The name of another program's listing around the line; empty if there is none."""
    is_cut_off: bool = False
    """Whether its rest is missing in the input, so that its last column may be wrong."""

    @property
    def is_copy(self) -> bool:
        """Whether its text is a part of the input, unchanged."""
        return isinstance(self._place, int)

    @property
    def is_untouched(self) -> bool:
        """Whether no layer has changed the line, or noted anything about it."""
        has_notes = self.repairs or self.context or self.doubts or self.listing or self.is_cut_off
        return self.is_copy and not has_notes

    @property
    def runs(self) -> Runs:
        """The bytes of the input that it was made from."""
        if isinstance(self._place, int):
            return Runs([Run(len(self.text), self._place, self._place + len(self.text))])
        return self._place

    @property
    def begin(self) -> int:
        """The first byte of the input that it was made from."""
        return self._place if isinstance(self._place, int) else self._place[0].begin

    @property
    def numbers(self) -> tuple[int, ...]:
        """The lines of the input that it was made from, from 1."""
        if isinstance(self._place, int):
            return (self.source.number(self._place),)
        numbers: dict[int, None] = {}
        for run in self._place:
            first = self.source.number(run.begin)
            last = self.source.number(max(run.begin, run.end - 1))
            numbers.update(dict.fromkeys(range(first, last + 1)))
        return tuple(numbers)

    @property
    def number(self) -> int:
        """The first line of the input that it was made from."""
        return self.source.number(self.begin)

    @property
    def raw(self) -> bytes:
        """The bytes of the input that it was made from, unchanged."""
        return b"".join(self.source.data[run.begin : run.end] for run in self.runs)

    @cached_property
    def match(self) -> Match | None:
        """The mapping in the line, or None."""
        return None if self.is_cut_off else find_match(self.text, self.listing)

    @property
    def prefix(self) -> bytes:
        """The text before the mapping; empty if there is no mapping."""
        return self.text[: self.match.column] if self.match else b""

    def with_text(self, text: bytes, kind: RepairKind, detail: bytes = b"") -> SourceLine:
        """Return the line with another text, and the repair that led to it."""
        repair = Repair(self.number, kind, detail)
        runs = provenance.edited(self.runs, _differences(self.text, text))
        return attrs.evolve(self, text=text, place=runs, repairs=(*self.repairs, repair))

    def with_repair(self, kind: RepairKind, detail: bytes = b"") -> SourceLine:
        """Return the line with one more repair and the same text."""
        repair = Repair(self.number, kind, detail)
        return attrs.evolve(self, repairs=(*self.repairs, repair))

    def with_repairs(self, repairs: Iterable[Repair]) -> SourceLine:
        """Return the line with these repairs, and no others."""
        return attrs.evolve(self, repairs=tuple(repairs))

    def with_doubt(self, kind: DoubtKind, text: bytes) -> SourceLine:
        """Return the line with a doubt about the name in it."""
        line = self.source.number(self.runs[-1].begin)
        return attrs.evolve(self, doubts=(*self.doubts, Doubt(line, kind, text)))

    def substituted(
        self,
        pattern: re.Pattern[bytes],
        replacement: Callable[[re.Match[bytes]], bytes],
        kind: RepairKind,
        detail: bytes = b"",
    ) -> SourceLine:
        """Return the line with each match of *pattern* replaced; the same line if none changes."""
        edits = (
            (found.start(), found.end(), new)
            for found in pattern.finditer(self.text)
            if (new := replacement(found)) != found[0]
        )
        first = next(edits, None)
        if not first:
            return self
        return self.edited(itertools.chain([first], edits)).with_repair(kind, detail)

    def edited(self, edits: Iterable[tuple[int, int, bytes]]) -> SourceLine:
        """Return the line with new bytes from each begin to each end, in order."""
        text = bytearray()
        done = 0

        def sizes() -> Iterator[Edit]:
            nonlocal done
            for begin, end, new in edits:
                text.extend(self.text[done:begin])
                text.extend(new)
                done = end
                yield begin, end, len(new)

        runs = provenance.edited(self.runs, sizes())
        text += self.text[done:]
        return attrs.evolve(self, text=bytes(text), place=runs)

    def part(self, begin: int, end: int, *, is_last: bool = False) -> SourceLine:
        """Return the text from *begin* to *end* as a line. The other bytes need lines, too."""
        place: int | Runs
        if isinstance(self._place, int):
            place = self._place + begin
        else:
            # Without a byte of its own, it still is somewhere in the input.
            place = provenance.sliced(self._place, begin, end, is_last=is_last) or self.begin
        return attrs.evolve(self, text=self.text[begin:end], place=place)

    def cut(self, begin: int, end: int) -> SourceLine:
        """Return the line with only the text from *begin* to *end*; the rest counts as undone."""
        if begin <= 0 and end >= len(self.text):
            return self
        runs = provenance.cut(self.runs, begin, end)
        return attrs.evolve(self, text=self.text[begin:end], place=runs)

    def divided(self, slices: Iterable[tuple[int, int]]) -> Iterator[SourceLine]:
        """Yield a line for each slice of the text, in order; the text between them is undone.

        The text before a slice goes to its line, the text after the last slice to that one.
        """
        return (part for _, part in self.divided_with_ends(slices))

    def divided_with_ends(
        self, slices: Iterable[tuple[int, int]]
    ) -> Iterator[tuple[int, SourceLine]]:
        """Yield what `divided` does, each with the end of its slice in the text of this line."""
        walker = None if isinstance(self._place, int) else provenance.Walker(self._place)
        done = 0
        for (begin, end), following in _with_next(slices):
            stop = len(self.text) if following is None else end
            if walker:
                # Without a byte of its own, it still is somewhere in the input.
                runs = Runs(walker.rest() if following is None else walker.take(stop))
                part = attrs.evolve(self, text=self.text[done:stop], place=runs or self.begin)
            else:
                part = self.part(done, stop)
            yield end, part.cut(begin - done, end - done)
            done = stop

    def inside(self, context: bytes) -> SourceLine:
        """Return the line with the text before the literal that it was inside."""
        return attrs.evolve(self, context=(self.context + context)[:_MAX_CONTEXT])

    def joined_with(
        self, other: SourceLine, text: bytes, kind: RepairKind, detail: bytes = b""
    ) -> SourceLine:
        """Return this line and the next one as one line, with the given text."""
        repair = Repair(other.number, kind, detail)
        edits = _differences(self.text + other.text, text)
        runs = provenance.edited(Runs(itertools.chain(self.runs, other.runs)), edits)
        repairs = (*self.repairs, *other.repairs, repair)
        doubts = (*self.doubts, *other.doubts)
        return attrs.evolve(self, text=text, place=runs, repairs=repairs, doubts=doubts)


def concatenated(lines: Sequence[SourceLine], joints: Sequence[bytes]) -> SourceLine:
    """Return *lines* as one, with one of *joints* between two of them, and with no repair."""
    pieces: list[bytes] = []
    runs: list[Run] = []
    for line, joint in zip(lines, (*joints, b""), strict=True):
        pieces += (line.text, joint)
        runs += line.runs
        runs += [Run(len(joint), runs[-1].end, runs[-1].end)] if joint else []
    doubts = tuple([doubt for line in lines for doubt in line.doubts])
    text = b"".join(pieces)
    return attrs.evolve(lines[0], text=text, place=Runs(runs), repairs=(), doubts=doubts)


def joined(lines: Sequence[SourceLine], kind: RepairKind) -> SourceLine:
    """Return *lines* as one, with nothing between them, and a repair for each after the first."""
    repairs = list(lines[0].repairs)
    for line in lines[1:]:
        repairs += (*line.repairs, Repair(line.number, kind, b""))
    whole = concatenated(lines, [b""] * (len(lines) - 1))
    return attrs.evolve(whole, repairs=tuple(repairs))


def decoded(parts: Sequence[SourceLine], text: bytes, kind: RepairKind) -> SourceLine:
    """Return the line *text* that all of *parts* encode together."""
    first = parts[0]
    runs = Runs(run for part in parts for run in part.runs)
    total = sum(run.size for run in runs)
    runs = provenance.edited(runs, ((0, total, len(text)),))
    return SourceLine(text, first.source, runs, first.repairs).with_repair(kind)


def split(data: bytes, parts: Sequence[tuple[int, int]] | None = None) -> Iterator[SourceLine]:
    """Yield the lines of *data*. A NUL ends a line, too: core files and profiles contain dumps.

    *parts* are begin and end of the lines to yield; without it, all are.
    """
    source = Source(data)
    for begin, stop in [(0, len(data))] if parts is None else parts:
        yield from split_part(source, begin, stop)


def split_part(source: Source, begin: int, stop: int) -> Iterator[SourceLine]:
    """Yield the lines between two bytes of the input."""
    for end in LINE_END.finditer(source.data, begin, stop):
        yield SourceLine(source.data[begin : end.start()], source, begin)
        begin = end.end()
    yield SourceLine(source.data[begin:stop], source, begin)


def _with_next(
    slices: Iterable[tuple[int, int]],
) -> Iterator[tuple[tuple[int, int], tuple[int, int] | None]]:
    """Yield each slice and the next one; None after the last."""
    rest = iter(slices)
    current = next(rest, None)
    while current:
        following = next(rest, None)
        yield current, following
        current = following


def _differences(old: bytes, new: bytes) -> tuple[Edit, ...]:
    """Return edits that make *new* of *old*: what was cut off, or the part that was replaced."""
    begin = len(old) - len(new) if old.endswith(new) else old.find(new)
    if begin >= 0:
        return (0, begin, 0), (begin + len(new), len(old), 0)
    begin = _common(old, new)
    limit = min(len(old), len(new)) - begin
    end = _common(old[::-1][:limit], new[::-1][:limit])
    return ((begin, len(old) - end, len(new) - begin - end),)


def _common(one: bytes, other: bytes) -> int:
    """Return the length of the beginning that both texts share."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
