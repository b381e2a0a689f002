"""Decide which lines of a text belong to one dump."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from procmaps.extraction.field_lines import field_key
from procmaps.extraction.layers.line_prefixes import (
    content_start,
    family,
    has_prefix,
    leading_quote,
)
from procmaps.extraction.markers import Marker, find_marker
from procmaps.extraction.matches import Match
from procmaps.extraction.source_lines import SourceLine

_MAX_GAP = 64
"""Other lines between two mappings of one dump, at most."""


@attrs.define
class Group:
    """The lines of one dump, and the other lines between them."""

    heading: Marker | None
    lines: list[SourceLine]
    """From the first mapping on: mappings, fields and other lines."""
    fields: set[int] = attrs.field(factory=set[int])
    """The indices of the fields in `lines`."""
    ending: Marker | None = None

    @property
    def matches(self) -> Iterator[Match]:
        """The mappings."""
        return (line.match for line in self.lines if line.match)


def group_lines(lines: Sequence[SourceLine]) -> Iterator[Group]:
    """Yield the dumps of a text, in the order of the text."""
    builder: _GroupBuilder | None = None
    heading: Marker | None = None
    for line, next_match in zip(lines, _next_matches(lines), strict=True):
        if line.match:
            if builder and not builder.accepts(line, line.match, next_match):
                yield builder.group
                builder = None
            if builder:
                builder.add_mapping(line, line.match)
            else:
                builder = _GroupBuilder(Group(heading, [line]), line, line.match)
                heading = None
        elif marker := find_marker(line.text):
            if builder:
                builder.group.ending = marker if marker.is_end else None
                yield builder.group
                builder = None
            heading = None if marker.is_end else marker
        elif builder:
            builder.add_other(line)
    if builder:
        yield builder.group


def _next_matches(lines: Sequence[SourceLine]) -> list[Match | None]:
    """Return, for each line, the first mapping in the lines after it."""
    reversed_matches: list[Match | None] = []
    match: Match | None = None
    for line in reversed(lines):
        reversed_matches.append(match)
        match = line.match or match
    return reversed_matches[::-1]


class _GroupBuilder:
    """A dump that may continue."""

    def __init__(self, group: Group, line: SourceLine, match: Match) -> None:
        self.group = group
        self._first = self._last = match
        self._last_line = line
        self._family = family(line.prefix)
        self._count = 1
        self._ascends = True
        self._gap: list[SourceLine] = []
        """The lines after the last one that is known to belong to the dump."""
        self._has_blank_line = False
        self._keys: set[bytes] = set()
        """The keys of the fields below the last mapping."""

    def accepts(self, line: SourceLine, match: Match, next_match: Match | None) -> bool:
        """Return whether the mapping in *line* belongs to this dump.

        *next_match* is the mapping after it.
        """
        is_of_kernel = match.has_all_columns and self._last.has_all_columns
        if match.format != self._last.format and not is_of_kernel:
            return False
        if len(self._gap) > _MAX_GAP or not self._has_same_prefix(line):
            return False
        if match.is_rollup or self._last.is_rollup:
            return False
        if self._gap and match.start == self._first.start:
            return False
        if self._count > 1 and self._ascends and self._starts_over(match, next_match):
            return False
        return not (self._has_blank_line and self._ascends and match.start < self._last.start)

    def _has_same_prefix(self, line: SourceLine) -> bool:
        if family(line.prefix) == self._family:
            return True
        # The first line may have more before it than the others, but not another quotation.
        is_second = self._count == 1 and not self._gap
        return is_second and leading_quote(line.prefix) == leading_quote(self._last_line.prefix)

    def _starts_over(self, match: Match, next_match: Match | None) -> bool:
        """Return whether the addresses start over.

        A torn read repeats the last lines, never the first. A single mapping below the first one
        is no new dump: Linux 2.2 prints the stack last, wherever it is.
        """
        if match.start == self._first.start:
            return True
        continues = next_match is not None and match.start <= next_match.start < self._last.start
        return match.start < self._first.start and continues

    def add_mapping(self, line: SourceLine, match: Match) -> None:
        """Add the mapping in *line*, and the lines before it."""
        self.group.lines += [*self._gap, line]
        self._gap, self._keys = [], set()
        self._has_blank_line = False
        self._ascends = self._ascends and match.start >= self._last.start
        self._last, self._last_line = match, line
        self._family = family(line.prefix)
        self._count += 1

    def add_other(self, line: SourceLine) -> None:
        """Add a field, or keep another line until the next mapping shows whether it is inside."""
        prefix = self._last_line.prefix
        content = line.text[content_start(line.text, prefix) :]
        if not content.strip(b" \t\r"):
            self._has_blank_line = True
        key = field_key(content, is_first=not self._keys)
        # After other lines, only a missing field belongs to the mapping above.
        is_late = bool(self._keys) and key not in self._keys and has_prefix(line.text, prefix)
        if key and (is_late or not self._gap):
            self.group.lines += [*self._gap, line]
            self.group.fields.add(len(self.group.lines) - 1)
            self._gap = []
            self._keys.add(key)
        else:
            self._gap.append(line)
