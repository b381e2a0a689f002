"""Lines on their way to a dump. Each keeps its origin, its repairs and the mapping in it."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import attrs

from procmaps.extraction.matches import Match, find_match
from procmaps.extraction.results import Repair, RepairKind


@attrs.frozen
class SourceLine:
    """A line of text, repaired as far as the layers before have got."""

    text: bytes
    numbers: tuple[int, ...]
    """The lines of the input that it was made from, from 1."""
    originals: tuple[bytes, ...]
    """Those lines, unchanged."""
    repairs: tuple[Repair, ...] = ()

    @property
    def number(self) -> int:
        """The first line of the input that it was made from."""
        return self.numbers[0]

    @functools.cached_property
    def match(self) -> Match | None:
        """The mapping in the line, or None."""
        return find_match(self.text)

    @property
    def prefix(self) -> bytes:
        """The text before the mapping; empty if there is no mapping."""
        return self.text[: self.match.column] if self.match else b""

    def with_text(self, text: bytes, kind: RepairKind, detail: bytes = b"") -> SourceLine:
        """Return the line with another text, and the repair that led to it."""
        repair = Repair(self.number, kind, detail)
        return attrs.evolve(self, text=text, repairs=(*self.repairs, repair))

    def with_repair(self, kind: RepairKind, detail: bytes = b"") -> SourceLine:
        """Return the line with one more repair and the same text."""
        return self.with_text(self.text, kind, detail)

    def joined_with(
        self, other: SourceLine, text: bytes, kind: RepairKind, detail: bytes = b""
    ) -> SourceLine:
        """Return this line and the next one as one line, with the given text."""
        numbers = (*self.numbers, *other.numbers)
        # One line of the input may be in both.
        originals = dict(zip(numbers, (*self.originals, *other.originals), strict=True))
        repair = Repair(other.number, kind, detail)
        return SourceLine(
            text,
            tuple(originals),
            tuple(originals.values()),
            (*self.repairs, *other.repairs, repair),
        )


def split(data: bytes) -> Iterator[SourceLine]:
    """Yield the lines of *data*. A NUL ends a line, too: core files and profiles contain dumps."""
    for number, original in enumerate(data.split(b"\n"), 1):
        for text in original.split(b"\0"):
            yield SourceLine(text, (number,), (original,))
