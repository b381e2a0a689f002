"""Decide which lines of a text belong to one dump."""

from __future__ import annotations

import itertools
from array import array
from collections.abc import Iterator, Sequence
from typing import Literal

import attrs

from procmaps.extraction.field_block import FieldBlock
from procmaps.extraction.layers.line_prefixes import content_start, leading_quote
from procmaps.extraction.markers import Marker, find_marker
from procmaps.extraction.matches import Match
from procmaps.extraction.source_lines import Source, SourceLine
from procmaps.extraction.sources import Key, Sources, find_sources

_MAX_GAP = 64
"""Other lines of its source between two mappings of one dump, at most."""

_MAX_DISTANCE = 1024
"""Lines of all sources between two mappings of one dump, at most."""

_MAX_OPEN = 16
"""Dumps that may continue at the same time. It keeps the work linear."""


MAPPING, FIELD, OTHER = range(3)
"""What a line of a dump is."""


@attrs.frozen(weakref_slot=False)
class Group:
    """The lines of one dump, and the other lines between them."""

    lines: Sequence[SourceLine]
    """The lines of the whole text."""
    heading: Marker | None
    ending: Marker | None
    indices: bytes
    """The indices of the lines from the first mapping on, as an array: see `_array`."""
    uses: bytes
    """What each of those lines is: `MAPPING`, `FIELD` or `OTHER`."""

    @property
    def source(self) -> Source:
        """The input."""
        return self.lines[0].source

    @property
    def begin(self) -> int:
        """The first byte of the dump in the input."""
        return self.lines[self._numbers[0]].begin

    @property
    def _numbers(self) -> memoryview[int]:
        """The indices of the lines, without a copy of them."""
        return memoryview(self.indices).cast(_type_code(self.lines))

    @property
    def indices_and_uses(self) -> Iterator[tuple[int, int]]:
        """The index of each line, and what it is."""
        return zip(self._numbers, self.uses, strict=True)

    @property
    def members(self) -> Iterator[tuple[SourceLine, int]]:
        """The lines, each with what it is."""
        return ((self.lines[index], use) for index, use in self.indices_and_uses)

    @property
    def matches(self) -> Iterator[Match]:
        """The mappings."""
        return (line.match for line, use in self.members if use == MAPPING and line.match)


def _array(lines: Sequence[SourceLine]) -> array[int]:
    """Return an empty array for indices of *lines*."""
    return array(_type_code(lines))


def _type_code(lines: Sequence[SourceLine]) -> Literal["I", "Q"]:
    """Return the format of indices of *lines*: four bytes for each, if that is enough."""
    return "Q" if len(lines) >> 32 else "I"


def group_lines(lines: Sequence[SourceLine]) -> list[Group]:
    """Return the dumps of a text, in the order of their first lines."""
    sources = find_sources(lines)
    following = _following_starts(lines, sources)
    grouping = _Grouping(lines, sources)
    for index, line in enumerate(lines):
        if line.match:
            for key in sources.keys(index, line):
                grouping.add_mapping(index, key, line, following.pop())
        elif marker := find_marker(line.text):
            grouping.add_marker(index, line, marker)
        else:
            grouping.add_other(index, line)
    return grouping.finish()


_NONE = (1 << 64) - 1
"""The start of no mapping."""


def _following_starts(lines: Sequence[SourceLine], sources: Sources) -> array[int]:
    """Return where the next mapping of its source starts, for each source of each mapping.

    The first mapping is the last of the array. `_NONE`: no mapping follows.
    """
    starts = array("Q")
    following: dict[Key, int] = {}
    for index in range(len(lines) - 1, -1, -1):
        match = lines[index].match
        keys = sources.keys(index, lines[index]) if match else ()
        starts.extend(following.get(key, _NONE) for key in reversed(keys))
        if match:
            following.update(dict.fromkeys(keys, match.start))
    return starts


class _Grouping:
    """The dumps that are complete, and those that may continue: at most one of each source."""

    def __init__(self, lines: Sequence[SourceLine], sources: Sources) -> None:
        self._lines = lines
        self._sources = sources
        self._heading: Marker | None = None
        self._open: dict[Key, _GroupBuilder] = {}
        """The dumps that may continue, the one with the latest line last."""
        self._done: list[Group] = []

    def add_mapping(self, index: int, key: Key, line: SourceLine, next_start: int) -> None:
        """Add the mapping in *line* to the dump of its source, or begin another dump with it."""
        if not line.match:
            return
        builder = self._open.pop(key, None) or self._first_line(key, line)
        if builder and builder.accepts(index, line.match, next_start):
            builder.add_mapping(index, line, line.match)
        else:
            if builder:
                self._done.append(builder.finish())
            builder = _GroupBuilder(self._lines, self._heading, index, line.match)
            self._heading = None
        self._open[key] = builder
        if len(self._open) > _MAX_OPEN:
            self._done.append(self._open.pop(next(iter(self._open))).finish())

    def _first_line(self, key: Key, line: SourceLine) -> _GroupBuilder | None:
        """Return the dump of which *line* is the second mapping, though the first had more text."""
        if not self._open:
            return None
        last_key = next(reversed(self._open))
        builder = self._open[last_key]
        one_has_none = not (last_key[1] or last_key[2]) or not (key[1] or key[2])
        if one_has_none and last_key[3] == key[3] and builder.may_have_second(line):
            return self._open.pop(last_key)
        return None

    def add_marker(self, index: int, line: SourceLine, marker: Marker) -> None:
        """End the dumps that the marker in *line* is about, and remember a heading."""
        about = self._of(index, line) or [*self._open]
        for key in about:
            self._done.append(self._open.pop(key).finish(marker if marker.is_end else None))
        self._heading = None if marker.is_end else marker

    def add_other(self, index: int, line: SourceLine) -> None:
        """Add a line that is no mapping to the dumps that it may belong to."""
        keys = [*self._open][-1:] if len(self._open) < 2 else self._of(index, line)  # noqa: PLR2004
        for key in keys or [*self._open][-1:]:
            self._open[key].add_other(index, line)

    def _of(self, index: int, line: SourceLine) -> list[Key]:
        """Return the dump that a line without a mapping belongs to; both sides of a diff."""
        found: list[Key] = []
        for key in reversed(self._open):
            if self._sources.is_of(key, index, line, self._open[key].prefix):
                found.append(key)
                if not key[3]:
                    break
        return found

    def finish(self) -> list[Group]:
        """Return all dumps in the order of their first lines."""
        self._done += (builder.finish() for builder in self._open.values())
        self._open = {}
        done = [group for group in self._done if _is_dump(group)]
        if any(second.begin < first.begin for first, second in itertools.pairwise(done)):
            done.sort(key=lambda group: group.begin)
        return done


def _is_dump(group: Group) -> bool:
    """Return whether the lines are a dump: a single range of numbers may be anything."""
    matches = group.matches
    is_range = next(matches).format == "sanitizer"
    return not is_range or next(matches, None) is not None or group.heading is not None


class _GroupBuilder:
    """A dump that may continue."""

    def __init__(
        self, lines: Sequence[SourceLine], heading: Marker | None, index: int, match: Match
    ) -> None:
        self._lines = lines
        self._heading = heading
        self._indices = _array(lines)
        self._uses = bytearray()
        self._first = self._last = match
        self._last_line = lines[index]
        self._index = index
        """The index of the last line that belongs to the dump."""
        self._count = 1
        self._ascends = True
        self._gap = _array(lines)
        """The lines after the last one that is known to belong to the dump."""
        self._blank_lines = 0
        """The blank lines among these."""
        self._block = FieldBlock(self._last_line)
        self._add(index, MAPPING)

    @property
    def prefix(self) -> bytes:
        """The text before the last mapping."""
        return self._last_line.prefix

    def may_have_second(self, line: SourceLine) -> bool:
        """Return whether *line* may be the second mapping, with other text before it.

        The first line may have more before it than the others, but not another quotation.
        """
        has_text_between = len(self._gap) > self._blank_lines
        is_same_line = line.number == self._last_line.number
        is_second = self._count == 1 and (is_same_line or not has_text_between)
        return is_second and leading_quote(line.prefix) == leading_quote(self._last_line.prefix)

    def accepts(self, index: int, match: Match, next_start: int) -> bool:
        """Return whether *match*, at *index* of the lines, belongs to this dump.

        *next_start* is where the mapping after it starts.
        """
        is_of_kernel = match.has_all_columns and self._last.has_all_columns
        if match.format != self._last.format and not is_of_kernel:
            return False
        if len(self._gap) > _MAX_GAP or index - self._index > _MAX_DISTANCE:
            return False
        if match.is_rollup or self._last.is_rollup:
            return False
        if self._gap and match.start == self._first.start:
            return False
        if self._count > 1 and self._ascends and self._starts_over(match, next_start):
            return False
        return not (self._blank_lines and self._ascends and match.start < self._last.start)

    def _starts_over(self, match: Match, next_start: int) -> bool:
        """Return whether the addresses start over.

        A torn read repeats the last lines, never the first. A single mapping below the first one
        is no new dump: Linux 2.2 prints the stack last, wherever it is.
        """
        if match.start == self._first.start:
            return True
        continues = match.start <= next_start < self._last.start
        return match.start < self._first.start and continues

    def add_mapping(self, index: int, line: SourceLine, match: Match) -> None:
        """Add the mapping in *line*, and the lines before it."""
        self._add(index, MAPPING)
        self._block = FieldBlock(line)
        self._blank_lines = 0
        self._ascends = self._ascends and match.start >= self._last.start
        self._last, self._last_line, self._index = match, line, index
        self._count += 1

    def add_other(self, index: int, line: SourceLine) -> None:
        """Add a field, or keep another line until the next mapping shows whether it is inside."""
        content = line.text[content_start(line.text, self.prefix) :]
        if not content.strip(b" \t\r"):
            self._blank_lines += 1
        if self._block.accepts(line):
            self._add(index, FIELD)
            self._index = index
        else:
            self._gap.append(index)

    def _add(self, index: int, use: int) -> None:
        """Add a line, and those before it."""
        self._indices.extend(self._gap)
        self._uses.extend(bytes([OTHER]) * len(self._gap))
        self._indices.append(index)
        self._uses.append(use)
        del self._gap[:]

    def finish(self, ending: Marker | None = None) -> Group:
        """Return the dump, with the damaged lines that follow directly."""
        for index in self._gap:
            line = self._lines[index]
            if self._block.is_damaged_line(line):
                self._indices.append(index)
                self._uses.append(OTHER)
            elif not self._block.is_from_elsewhere(line):
                break
        return Group(self._lines, self._heading, ending, self._indices.tobytes(), bytes(self._uses))
