"""A `Snapshot`: everything that one text said, as columns, and as records made on demand."""

from __future__ import annotations

import functools
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Literal, overload

import attrs

from procmaps._arguments import BytesOrStr, as_bytes
from procmaps.engines.columns import Columns
from procmaps.errors import ParseError
from procmaps.formats.file_kinds import FileKind
from procmaps.grammar.loading import Grammar
from procmaps.records.mapping import Mapping
from procmaps.records.names import Name
from procmaps.snapshots.diagnosis import diagnose
from procmaps.snapshots.record_builder import RecordBuilder


@attrs.frozen
class Problem:
    """Something about the text that a reader should know. The text itself is kept all the same."""

    kind: Literal["unparsed", "repeated", "overlap", "backward", "suspicious"]
    """*unparsed*: lines that no rule accepts. *repeated*: a mapping that stands twice, *overlap*
    and *backward*: one that starts below the end, or the start, of the mapping before it; all
    three come of torn reads. *suspicious*: the same where names may hold newlines, so that a
    program can have forged the line; and one that stands behind a label that is not closed."""
    line: int
    """The line it starts at, from 1."""
    raw: bytes
    """The lines it is about, as they stood."""
    message: str
    error: ParseError | None = None
    """For *unparsed*: the whole diagnosis of the first line."""


@attrs.frozen
class DialectMatch:
    """Which dialect a text was read by, and why."""

    name: str
    reason: str

    def __str__(self) -> str:
        return self.name


class Snapshot(Sequence[Mapping]):
    """The mappings of one text, in its order. Immutable; made by `procmaps.loads`.

    Two are equal where text and dialect are: then so is all that they say.

    ``kind``      "maps", "smaps" or "smaps_rollup"
    ``dialect``   the dialect it was read by, and why that one
    ``columns``   one typed buffer for each property, see `procmaps.engines.columns.Columns`
    """

    def __init__(
        self, text: bytes, columns: Columns, grammar: Grammar, dialect: DialectMatch, newline: bytes
    ) -> None:
        """*text* has plain newlines; *newline* is what each of them was in the input."""
        self._text = text
        self._newline = newline
        self._grammar = grammar
        self._rows = RecordBuilder(columns, grammar.parse_name)
        self.columns = columns
        self.dialect = dialect

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Snapshot):
            return NotImplemented
        return self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    @property
    def _identity(self) -> tuple[bytes, bytes, str]:
        return self._text, self._newline, self.dialect.name

    def __reduce__(self) -> tuple[object, ...]:
        # Neither the records' makers nor what is cached need to be kept.
        return Snapshot, (self._text, self.columns, self._grammar, self.dialect, self._newline)

    @functools.cached_property
    def kind(self) -> FileKind:
        """Told by content: fields make it smaps, the name ``[rollup]`` makes it smaps_rollup."""
        if len(self) == 1 and self.columns.names.texts[-1] == b"[rollup]":
            return "smaps_rollup"
        return "smaps" if self.columns.has_usage else "maps"

    def dumps(self) -> bytes:
        """The text that was loaded, byte for byte."""
        return self._restored(self._text)

    def source(self, index: int) -> bytes:
        """The text of one entry: its lines, and what follows up to the next header line."""
        places = self.columns.at
        index = range(len(self))[index]
        end = places[index + 1] if index + 1 < len(places) else len(self._text)
        return self._restored(self._text[places[index] : end])

    def _restored(self, text: bytes) -> bytes:
        return text if self._newline == b"\n" else text.replace(b"\n", self._newline)

    # --- records ----------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.columns)

    @overload
    def __getitem__(self, index: int) -> Mapping: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Mapping]: ...
    def __getitem__(self, index: int | slice) -> Mapping | Sequence[Mapping]:
        if isinstance(index, slice):
            return tuple(map(self._rows.mapping, range(len(self))[index]))
        return self._rows.mapping(range(len(self))[index])

    def __iter__(self) -> Iterator[Mapping]:
        return iter(self._rows)

    def __repr__(self) -> str:
        problems = f", {len(self.problems)} problems" if self.problems else ""
        return f"<Snapshot of {self.kind}: {len(self)} mappings, {self.dialect}{problems}>"

    # --- lookup -----------------------------------------------------------------------------------

    def mapping_at(self, address: int) -> Mapping | None:
        """The mapping that holds *address*, None where there is none; the last printed of several.

        By bisection; where a torn read left the text out of order, by looking at every mapping.
        """
        start, end = self.columns.start, self.columns.end
        if self._ordered:
            row = bisect_right(start, address) - 1
            return self[row] if row >= 0 and address < end[row] else None
        rows = (row for row in reversed(range(len(self))) if start[row] <= address < end[row])
        return next(map(self._rows.mapping, rows), None)

    def overlapping(self, start: int, end: int) -> tuple[Mapping, ...]:
        """The mappings that share at least one byte with the addresses from *start* to *end*."""
        first, last = self.columns.start, self.columns.end
        rows: range = range(len(self))
        if self._ordered:
            rows = range(max(0, bisect_right(first, start) - 1), bisect_right(first, end - 1))
        return tuple(
            self._rows.mapping(row) for row in rows if max(first[row], start) < min(last[row], end)
        )

    def by_name(self, name: BytesOrStr | Name) -> tuple[Mapping, ...]:
        """The mappings whose whole name column is *name*, given as text or as a record."""
        column = name.raw if isinstance(name, Name) else as_bytes(name)
        names = self.columns.names
        if column not in names:
            return ()
        place = names.index(column)
        return tuple(
            self._rows.mapping(row) for row, at in enumerate(self.columns.name) if at == place
        )

    @functools.cached_property
    def _ordered(self) -> bool:
        """Whether each mapping starts where the one before it ends, or later."""
        start, end = self.columns.start, self.columns.end
        return all(a <= b for a, b in zip(end, islice(start, 1, None), strict=False))

    # --- problems ---------------------------------------------------------------------------------

    @functools.cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the text, in its order; nothing of it was dropped."""
        found = [*self._unparsed(), *self._disordered(), *self._enclosed()]
        return tuple(problem for _, problem in sorted(found, key=lambda item: item[0]))

    @property
    def first_error(self) -> ParseError | None:
        """The diagnosis of the first line that cannot be read; None where every line can."""
        return next((problem.error for _, problem in self._unparsed()), None)

    def _unparsed(self) -> Iterator[tuple[int, Problem]]:
        lines = _LineNumbers(self._text)
        for fault in self.columns.unparsed:
            error = diagnose(self._grammar, self._text, fault, lines.at(fault.start))
            # Every line before it was shorter here than in the input.
            lost = (error.line - 1) * (len(self._newline) - 1)
            error = attrs.evolve(error, offset=error.offset + lost)
            stretch = self._restored(self._text[fault.start : fault.end])
            yield fault.start, Problem("unparsed", error.line, stretch, str(error), error)

    def _disordered(self) -> Iterator[tuple[int, Problem]]:
        if self._ordered:
            return
        lines = _LineNumbers(self._text)
        columns = self.columns
        for row in range(1, len(self)):
            start, end = columns.start[row], columns.end[row]
            before, behind = columns.start[row - 1], columns.end[row - 1]
            if start >= behind or row - 1 in self._open:
                continue
            at = columns.at[row]
            kind: Literal["repeated", "overlap", "backward", "suspicious"]
            if (start, end) == (before, behind):
                kind, what = "repeated", "stands a second time"
            elif start >= before:
                kind, what = "overlap", f"starts below the end of the one before it, {behind:x}"
            else:
                kind, what = "backward", f"starts below the start of the one before it, {before:x}"
            if self._grammar.dialect.newlines:
                kind, what = "suspicious", f"{what}; {_FORGED}"
            message = f"line {lines.at(at)}: the mapping {start:x}-{end:x} {what}"
            yield at, Problem(kind, lines.at(at), self.source(row), message)

    def _enclosed(self) -> Iterator[tuple[int, Problem]]:
        """The mappings that stand where a label should go on."""
        lines = _LineNumbers(self._text)
        for row in self._open:
            if row + 1 < len(self):
                at, mapping = self.columns.at[row + 1], self[row + 1]
                message = (
                    f"line {lines.at(at)}: the mapping {mapping.start:x}-{mapping.end:x} stands "
                    f"behind a label that is not closed; {_FORGED}"
                )
                yield at, Problem("suspicious", lines.at(at), self.source(row + 1), message)

    @functools.cached_property
    def _open(self) -> dict[int, None]:
        """The rows whose label is not closed, in their order."""
        opens = self._grammar.terminal("OPEN_LABEL").match
        places = {place for place, text in enumerate(self.columns.names.texts) if opens(text)}
        if not places:
            return {}
        return {row: None for row, place in enumerate(self.columns.name) if place in places}


_FORGED = "names hold newlines here, so the program itself may have written this line"


class _LineNumbers:
    """Line numbers of rising places in a text, counted once through."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._at, self._line = 0, 1

    def at(self, place: int) -> int:
        self._line += self._text.count(b"\n", self._at, place)
        self._at = place
        return self._line
