"""Tell the sources of lines apart: processes whose logs are interleaved, and the sides of a diff.

The text before a mapping says which process printed it. But it also has times and counters, and the
words of a message. What differs between sources occurs again: each source prints several mappings.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs

from procmaps._cached_property import cached_property
from procmaps.extraction.field_lines import find_known_field
from procmaps.extraction.layers.line_prefixes import (
    DIFF_MARKS,
    content_start,
    family,
    leading_quote,
)
from procmaps.extraction.matches import Match
from procmaps.extraction.source_lines import SourceLine

Key = tuple[bytes, ...]
"""What all lines of one source share."""

_NAMES = re.compile(
    rb"(?P<container>[A-Za-z][A-Za-z0-9_.-]{0,128}) {1,64}\| "
    rb"|(?:<[0-9]{1,3}>)?"
    rb"(?:[A-Z][a-z]{2} [ 0-9][0-9] [0-9:.]{8,16}|[0-9-]{10}T[0-9:.,]{8,16}[^ ]{0,6})"
    rb" (?P<host>[^ ]{1,64}) (?P<program>[^ \[\]:]{1,64})(?:\[[0-9]{1,10}\])?: "
)
"""Names at the beginning of a line: a container of Compose, or host and program of syslog."""

_NUMBERS = re.compile(
    rb"\[ *(?:pid +|T *)?[0-9]{1,10}\]"
    rb"|==[0-9]{1,10}=="
    rb"|\( *[0-9]{1,10}\)"
    rb"|\b(?:[pPtT][iI][dD]|[tT]hread|[rR]ank|[pP]rocess)[\"']?[ =:#-]{0,2}[0-9]{1,10}"
    rb"|(?<![A-Za-z0-9])[A-Za-z][A-Za-z_.-]{0,64}[0-9]{1,10}(?![A-Za-z0-9:.\"'`])"
    rb"|(?<![A-Za-z0-9-])(?=[0-9]{0,63}[a-f])[0-9a-f]{12,64}(?![A-Za-z0-9])"
    rb"|[0-9]{2}-[0-9]{2} [0-9:.]{8,16} {1,8}(?P<logcat>[0-9]{1,10} {1,8}[0-9]{1,10}) [VDIWEFA] "
    rb"|\A\[?[0-9]{1,6}(?:,[0-9]{1,6}\])?(?:<std[a-z]{3}>)?(?::(?: |\Z)|[|>\t])"
    rb"|\A[A-Za-z][A-Za-z_.-]{0,64}[0-9]{1,10}: "
)
"""Numbers that identify a process, a thread or a machine, and names that end in a number."""

_DIGITS = re.compile(rb"[0-9]+")

_VARIABLE = re.compile(
    rb"(?:(?<![ \t])[ \t]*+)?(?<![A-Za-z])(?:0x)?(?=[a-f]{0,16}[0-9])[0-9a-f]+(?![A-Za-z])"
)
"""A number of any kind, and the blanks that pad it."""

_MAX_PREFIX = 512
"""Bytes of a prefix that may name its source. More of them would only cost time."""

_MAX_SOURCES = 1024
"""Sources in one text, at most. More different labels are counters."""

_LINES_PER_SOURCE = 1.5
"""Mappings for each source, at least, on average."""


def marks(line: SourceLine) -> bytes:
    """Return the depth of the quotation that a mapping is in, and whether there is more text."""
    return family(line.prefix)


def names(text: bytes) -> bytes:
    """Return the container, or host and program, that a line begins with; usually empty."""
    found = _NAMES.match(text)
    if not found:
        return b""
    return b" ".join(_DIGITS.sub(b"0", name) for name in found.groups() if name)


def numbers(prefix: bytes) -> bytes:
    """Return the numbers in a prefix that may identify its process."""
    found = (number["logcat"] or number[0] for number in _NUMBERS.finditer(prefix))
    return b" ".join(found)


def words(prefix: bytes) -> bytes:
    """Return the words of a prefix, without what changes from line to line."""
    return b"" if prefix in DIFF_MARKS else _VARIABLE.sub(b"0", prefix).strip(b" \t")


@attrs.define
class _Labels:
    """How often each label occurs before a mapping, and whether it explains the addresses."""

    counts: dict[bytes, int] = attrs.field(factory=dict[bytes, int])
    last: dict[bytes, int] = attrs.field(factory=dict[bytes, int])
    descents: int = 0
    """Mappings that begin below the end of the one before them with the same label."""
    total: int = 0
    are_too_many: bool = False
    """Whether there are more labels than sources: then they are counters, and not kept."""

    def add(self, label: bytes, match: Match) -> None:
        if self.are_too_many:
            return
        self.total += 1
        self.counts[label] = self.counts.get(label, 0) + 1
        self.descents += match.start < self.last.get(label, 0)
        self.last[label] = match.end
        if len(self.counts) > _MAX_SOURCES:
            self.are_too_many = True
            self.counts.clear()
            self.last.clear()

    @property
    def recur(self) -> bool:
        """Whether the labels are those of sources: several, with several mappings on average."""
        return b"" not in self.counts and 1 < len(self.counts) <= self.total / _LINES_PER_SOURCE

    @property
    def all_recur(self) -> bool:
        """Whether each label is before several mappings."""
        return len(self.counts) > 1 and min(self.counts.values()) > 1


@attrs.define(slots=False)
class _Place:
    """All mappings at one depth of quotation, from one container or program."""

    last_end: int = 0
    descents: int = 0
    numbers: _Labels = attrs.field(factory=_Labels)
    words: _Labels = attrs.field(factory=_Labels)

    def add(self, prefix: bytes, match: Match) -> None:
        prefix = prefix[:_MAX_PREFIX]
        self.descents += match.start < self.last_end
        self.last_end = match.end
        self.numbers.add(numbers(prefix), match)
        self.words.add(words(prefix), match)

    @cached_property
    def is_by_number(self) -> bool:
        """Whether a number shows the process. Only after all mappings are added."""
        return self.numbers.recur and self.numbers.descents <= self.descents

    @cached_property
    def is_by_word(self) -> bool:
        """Whether the words put the addresses in order. Only after all mappings are added."""
        return self.words.all_recur and self.words.descents < self.descents

    def label(self, prefix: bytes) -> bytes:
        """Return how the source of *prefix* differs from others at this place."""
        prefix = prefix[:_MAX_PREFIX]
        number = numbers(prefix) if self.is_by_number else b""
        return number + (b"\0" + words(prefix) if self.is_by_word else b"")


@attrs.frozen
class Sources:
    """The sources of all lines of a text."""

    places: dict[Key, _Place]
    sides: bytearray
    """The sides of the diff that each line is on, as an index in `_SIDES`."""

    def keys(self, index: int, line: SourceLine) -> tuple[Key, ...]:
        """Return the source of a mapping: one, or both sides of a diff."""
        place = _place(line)
        prefix = line.context + line.prefix
        if self.sides[index]:
            return tuple([(*place, b"", side) for side in _SIDES[self.sides[index]]])
        return ((*place, self.places[place].label(prefix), b""),)

    def is_of(self, key: Key, index: int, line: SourceLine, prefix: bytes) -> bool:
        """Return whether *line*, without a mapping, may be of the source *key*.

        *prefix* is the text before the last mapping of the source.
        """
        mark, name, label, side = key
        if side:
            return side in _SIDES[self.sides[index]]
        begin = content_start(line.text, prefix)
        if not begin and prefix.strip(b" \t"):
            return False
        text = line.context + line.text[:begin]
        place = self.places[mark, name]
        return names(line.context + line.text) == name and place.label(text) == label


def find_sources(lines: Sequence[SourceLine]) -> Sources:
    """Return how the sources of *lines* differ."""
    places: dict[Key, _Place] = {}
    for line in lines:
        if line.match:
            place = places.setdefault(_place(line), _Place())
            place.add(line.context + line.prefix, line.match)
    return Sources(places, _sides_of_diffs(lines))


def _place(line: SourceLine) -> Key:
    # Some listings have the number of the process in each row.
    process = line.match.process if line.match else b""
    return marks(line), names(line.context + line.prefix) + process


# --- diffs ----------------------------------------------------------------------------------------

_SIDES = ((), (b"-",), (b"+",), (b"-", b"+"))
"""The sides that may have a line."""

_NUMBERS_OF_SIDES = {b"-": 1, b"+": 2, b" ": 3}
"""The index in `_SIDES`, by the mark of a line."""

_HUNK = re.compile(rb"@@ -[0-9]|\\ No newline")


def _sides_of_diffs(lines: Sequence[SourceLine]) -> bytearray:
    """Return the sides of each line of a unified diff that changes mappings or fields.

    A diff that only adds lines, or only removes some, is one dump. A line is on the sides at its
    number in `_SIDES`; 0 outside diffs.
    """
    sides = bytearray(len(lines))
    begin = 0
    changed: set[bytes] = set()
    for index, line in enumerate(lines):
        if mark := _diff_mark(line):
            sides[index] = _NUMBERS_OF_SIDES[mark]
            if line.match or find_known_field(line.text):
                changed.add(mark)
        elif not _HUNK.match(line.text, len(leading_quote(line.text))):
            _keep_or_clear(sides, begin, index, changed)
            begin = index + 1
            changed.clear()
    _keep_or_clear(sides, begin, len(lines), changed)
    return sides


def _keep_or_clear(sides: bytearray, begin: int, end: int, changed: set[bytes]) -> None:
    """Forget the sides of lines that are no diff, or one that changes only one side."""
    if not changed >= {b"-", b"+"}:
        sides[begin:end] = bytes(end - begin)


def _diff_mark(line: SourceLine) -> bytes:
    """Return the mark in the first column of a diff; empty if there is none."""
    begin = len(leading_quote(line.text))
    mark = line.text[begin : begin + 1]
    if line.match:
        return mark if line.match.column == begin + 1 and mark in DIFF_MARKS else b""
    return mark if mark in DIFF_MARKS else b""
