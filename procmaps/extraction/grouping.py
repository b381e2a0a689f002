"""Which mappings of a text belong to one dump."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from procmaps.extraction import markers, patterns
from procmaps.extraction.layers.line_prefixes import bears, behind, family, leading_quote
from procmaps.extraction.layers.line_wrapping import Line
from procmaps.extraction.markers import Marker
from procmaps.extraction.matches import Hit

WIDEST_GAP = 64
"""Lines of something else between two mappings of one dump, at most."""


@attrs.define
class Group:
    """The lines of one dump, and what is between them."""

    heading: Marker | None
    lines: list[Line]
    """From the first mapping on: mappings, fields, and what is not understood."""
    fields: set[int] = attrs.field(factory=set[int])
    """The places of the fields in `lines`."""
    ending: Marker | None = None

    @property
    def hits(self) -> Iterator[Hit]:
        """The mappings."""
        return (line.hit for line in self.lines if line.hit)


class _Open:
    """A dump that may go on."""

    def __init__(self, group: Group, line: Line, hit: Hit) -> None:
        self.group = group
        self.first = self.last = hit
        self.line = line
        self.kind = family(line.prefix)
        self.count = 1
        self.ascends = True
        self.gap: list[Line] = []
        """What stands behind the last mapping and has not been told to belong to the dump."""
        self.is_blank_between = False
        self.keys: set[bytes] = set()
        """Those of the fields below the last mapping."""

    def takes(self, line: Line, hit: Hit, following: Hit | None) -> bool:
        """Whether the mapping in *line* belongs to this dump; *following* is the one after it."""
        is_mixed = hit.is_whole and self.last.is_whole
        if (hit.format != self.last.format and not is_mixed) or len(self.gap) > WIDEST_GAP:
            return False
        kind = family(line.prefix)
        if kind != self.kind:
            alone = self.count == 1 and not self.gap
            if not alone or leading_quote(line.prefix) != leading_quote(self.line.prefix):
                return False
        if (self.gap and hit.start == self.first.start) or _sums_up(self.last) or _sums_up(hit):
            return False
        if self.count > 1 and self.ascends and self._begins_anew(hit, following):
            return False
        return not (self.is_blank_between and self.ascends and hit.start < self.last.start)

    def _begins_anew(self, hit: Hit, following: Hit | None) -> bool:
        """Whether the addresses start over: a torn read repeats the last lines, never the first.

        One mapping below the first is no new dump: Linux 2.2 prints the stack last, wherever it is.
        """
        if hit.start == self.first.start:
            return True
        goes_on = following is not None and hit.start <= following.start < self.last.start
        return hit.start < self.first.start and goes_on

    def take(self, line: Line, hit: Hit) -> None:
        """Add the mapping in *line*, and what stood before it."""
        self.group.lines += [*self.gap, line]
        self.gap, self.keys = [], set()
        self.is_blank_between = False
        self.ascends = self.ascends and hit.start >= self.last.start
        self.last, self.line = hit, line
        self.kind = family(line.prefix)
        self.count += 1

    def pass_by(self, line: Line) -> None:
        """Keep what is not a mapping until the next one tells whether it was inside."""
        text = line.piece.text
        prefix = self.line.prefix
        content = text[behind(text, prefix) :]
        if not content.strip(b" \t\r"):
            self.is_blank_between = True
        key = patterns.key(content, is_first=not self.keys)
        # Behind something else only what is still missing belongs to the mapping above.
        is_late = bool(self.keys) and key not in self.keys and bears(text, prefix)
        if key and (is_late or not self.gap):
            self.group.lines += [*self.gap, line]
            self.group.fields.add(len(self.group.lines) - 1)
            self.gap = []
            self.keys.add(key)
        else:
            self.gap.append(line)


def _sums_up(hit: Hit) -> bool:
    """Whether a mapping is the one that smaps_rollup has: a dump by itself."""
    return hit.is_whole and patterns.linux().parse_name(hit.name).kind == "rollup"


def _following(lines: Sequence[Line]) -> list[Hit | None]:
    """For each line the mapping of the next one that has one."""
    found: list[Hit | None] = []
    hit: Hit | None = None
    for line in reversed(lines):
        found.append(hit)
        hit = line.hit or hit
    return found[::-1]


def group(lines: Sequence[Line]) -> Iterator[Group]:
    """The dumps of a text, in its order."""
    current: _Open | None = None
    heading: Marker | None = None
    following = _following(lines)
    for line, next_hit in zip(lines, following, strict=True):
        if line.hit:
            if current and not current.takes(line, line.hit, next_hit):
                yield current.group
                current = None
            if current:
                current.take(line, line.hit)
            else:
                current = _Open(Group(heading, [line]), line, line.hit)
                heading = None
        elif marker := markers.read(line.piece.text):
            if current:
                current.group.ending = marker if marker.is_end else None
                yield current.group
                current = None
            heading = None if marker.is_end else marker
        elif current:
            current.pass_by(line)
    if current:
        yield current.group
