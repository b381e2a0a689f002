"""Problems of a text: lines without a meaning, and mappings out of order."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from itertools import islice
from typing import Literal

import attrs

from procmaps.engines.column_buffers import ColumnBuffers
from procmaps.errors import ParseError
from procmaps.grammar.loading import Grammar
from procmaps.snapshots.diagnosis import diagnose
from procmaps.snapshots.source_text import LineCounter, SourceText

ProblemKind = Literal["unparsed", "repeated", "overlap", "backward", "suspicious"]

DISORDER: frozenset[ProblemKind] = frozenset({"repeated", "overlap", "backward"})
"""The kinds that compare a mapping with the one before it. See `Problem` for their causes."""

_FORGERY = "names may contain newlines in this dialect, so a program may have forged this line"


@attrs.frozen
class Problem:
    """A problem of a text. The lines it is about stay in the text.

    ``unparsed``     No rule of the grammar accepts these lines.
    ``repeated``     The mapping has the same range as the mapping before it.
    ``overlap``      The mapping starts below the end of the mapping before it.
    ``backward``     The mapping starts below the start of the mapping before it.
    ``suspicious``   The mapping may be part of a name: it is out of order in a dialect whose names
                     contain newlines, or it follows a label without its closing bracket.

    ``repeated``, ``overlap`` and ``backward`` have two causes. Reading a live process has only the
    first:

    * A torn read. The kernel prints a page of text at a time, and ``m_start()``
      (fs/proc/task_mmu.c, 6.12) continues with the mapping that contains the next address, or the
      first one above it. If that mapping has merged with printed ones since, it starts below them:
      an ``overlap`` if it starts with the last printed mapping, ``backward`` if it starts earlier.
      Kernels that continue by counting lines (2.4) print a mapping again, ``repeated``, after
      another one was inserted below it.
    * A text that was joined from several dumps, or edited.
    """

    kind: ProblemKind
    line: int
    """Number of the first line, from 1."""
    raw: bytes
    """The lines, as loaded."""
    message: str
    """A description that starts with the line number."""
    error: ParseError | None = None
    """The diagnosis of the first line, for ``unparsed`` only."""


class ProblemFinder:
    """Finds the problems of one text in its columns."""

    def __init__(self, source: SourceText, columns: ColumnBuffers, grammar: Grammar) -> None:
        self._source = source
        self._columns = columns
        self._grammar = grammar

    def all(self) -> tuple[Problem, ...]:
        """Return every problem in the order of the text."""
        found = [*self._unparsed(), *self._disorder(), *self._after_open_labels()]
        return tuple(problem for _, problem in sorted(found, key=lambda item: item[0]))

    @property
    def first_error(self) -> ParseError | None:
        """The diagnosis of the first line that cannot be parsed, or None."""
        return next((problem.error for _, problem in self._unparsed()), None)

    @functools.cached_property
    def ordered(self) -> bool:
        """True if each mapping starts at or above the end of the mapping before it."""
        start, end = self._columns.start, self._columns.end
        return all(a <= b for a, b in zip(end, islice(start, 1, None), strict=False))

    def entry(self, row: int) -> bytes:
        """Return the text of one entry: its lines, and any lines up to the next header line."""
        offsets = self._columns.line_offset
        end = offsets[row + 1] if row + 1 < len(offsets) else None
        return self._source.input(offsets[row], end)

    # Each of these yields an offset to sort by, and the problem there.

    def _unparsed(self) -> Iterator[tuple[int, Problem]]:
        text = self._source.text
        lines = LineCounter(text)
        for unparsed in self._columns.unparsed:
            error = diagnose(self._grammar, text, unparsed, lines.line_at(unparsed.start))
            offset = self._source.input_offset(error.offset, error.line)
            error = attrs.evolve(error, offset=offset)
            raw = self._source.input(unparsed.start, unparsed.end)
            yield unparsed.start, Problem("unparsed", error.line, raw, str(error), error)

    def _disorder(self) -> Iterator[tuple[int, Problem]]:
        if self.ordered:
            return
        lines = LineCounter(self._source.text)
        columns = self._columns
        for row in range(1, len(columns)):
            start, end = columns.start[row], columns.end[row]
            last_start, last_end = columns.start[row - 1], columns.end[row - 1]
            if start >= last_end or row - 1 in self._open_labels:
                continue
            kind: ProblemKind
            if (start, end) == (last_start, last_end):
                kind, finding = "repeated", "has the same range as the mapping before it"
            elif start >= last_start:
                kind, finding = (
                    "overlap",
                    f"starts below {last_end:#x}, the end of the mapping before it",
                )
            else:
                kind, finding = (
                    "backward",
                    f"starts below {last_start:#x}, the start of the mapping before it",
                )
            if self._grammar.dialect.newlines_in_names:
                kind, finding = "suspicious", f"{finding}; {_FORGERY}"
            yield self._problem(kind, row, finding, lines)

    def _after_open_labels(self) -> Iterator[tuple[int, Problem]]:
        lines = LineCounter(self._source.text)
        for row in self._open_labels:
            if row + 1 < len(self._columns):
                finding = f"follows a label without its closing bracket; {_FORGERY}"
                yield self._problem("suspicious", row + 1, finding, lines)

    def _problem(
        self, kind: ProblemKind, row: int, finding: str, lines: LineCounter
    ) -> tuple[int, Problem]:
        columns = self._columns
        offset = columns.line_offset[row]
        line = lines.line_at(offset)
        mapping = f"mapping {columns.start[row]:#x}-{columns.end[row]:#x}"
        return offset, Problem(kind, line, self.entry(row), f"line {line}: {mapping} {finding}")

    @functools.cached_property
    def _open_labels(self) -> dict[int, None]:
        """The rows whose label has no closing bracket, in ascending order."""
        is_open = self._grammar.terminal("OPEN_LABEL").match
        names = {index for index, text in enumerate(self._columns.names.texts) if is_open(text)}
        if not names:
            return {}
        return {row: None for row, index in enumerate(self._columns.name_index) if index in names}
