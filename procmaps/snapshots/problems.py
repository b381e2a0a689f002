"""Problems of a text: lines without a meaning, and mappings out of order."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from heapq import merge
from itertools import islice
from operator import eq, le, lt

from procmaps._cached_property import cached_property
from procmaps.snapshots.source_text import LineCounter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import overload

    from procmaps.engines.column_buffers import ColumnBuffers
    from procmaps.errors import ParseError
    from procmaps.grammar.loading import Grammar
    from procmaps.snapshots.problem import Problem, ProblemKind
    from procmaps.snapshots.source_text import SourceText

DISORDER: frozenset[ProblemKind] = frozenset({"repeated", "overlap", "backward", "joined"})
"""The kinds that compare a mapping with the one before it. See `Problem` for their causes."""

ROLLUP = b"[rollup]"
"""The name of the only entry of smaps_rollup."""

_FORGERY = "names may contain newlines in this dialect, so a program may have forged this line"


Place = tuple[int, int, bool]
"""A problem that nobody has looked at: its offset, the index of the unparsed range or the row of
the mapping, and whether it is a range."""


class Problems(Sequence["Problem"]):
    """The problems of one text, in its order.

    A sequence like a tuple, and equal to a tuple of equal problems. Its length is known without a
    diagnosis, and each `Problem` is made when it is looked at: about thirty bytes for each until
    then.
    """

    def __init__(
        self, places: Iterator[Place], text: bytes, make: Callable[[int, int, bool], Problem]
    ) -> None:
        """*make* takes line number, index and kind of a place."""
        self._make = make
        self._lines = array("Q")
        self._indexes = array("Q")
        self._is_range = bytearray()
        lines = LineCounter(text)
        for offset, index, is_range in places:
            self._lines.append(lines.line_at(offset))
            self._indexes.append(index)
            self._is_range.append(is_range)

    def __len__(self) -> int:
        return len(self._lines)

    if TYPE_CHECKING:

        @overload
        def __getitem__(self, index: int) -> Problem: ...
        @overload
        def __getitem__(self, index: slice) -> tuple[Problem, ...]: ...

    def __getitem__(self, index: int | slice) -> Problem | tuple[Problem, ...]:
        if isinstance(index, slice):
            return tuple(self[number] for number in range(len(self))[index])
        return self._make(self._lines[index], self._indexes[index], bool(self._is_range[index]))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Problems | tuple):
            return NotImplemented
        from typing import cast  # noqa: PLC0415 - slow to import

        wanted = cast("Sequence[object]", other)
        return len(self) == len(wanted) and all(map(eq, self, wanted))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"<Problems: {len(self)}>"


class ProblemFinder:
    """Finds the problems of one text in its columns."""

    def __init__(self, source: SourceText, columns: ColumnBuffers, grammar: Grammar) -> None:
        self._source = source
        self._columns = columns
        self._grammar = grammar

    def all(self) -> Problems:
        """Return every problem in the order of the text."""
        places = merge(self._unparsed_places(), self._mapping_places())
        return Problems(places, self._source.text, self._problem)

    @property
    def first_error(self) -> ParseError | None:
        """The diagnosis of the first line that cannot be parsed, or None."""
        return self._unparsed(0, None).error if self._columns.unparsed else None

    @cached_property
    def ordered(self) -> bool:
        """True if each mapping starts at or above the end of the mapping before it.

        False for more than one rollup, whose ranges have nothing to do with each other.
        """
        start, end = self._columns.start, self._columns.end
        if not all(map(le, end, islice(start, 1, None))):
            return False
        return len(self._columns) == 1 or self._rollup not in self._columns.name_index

    @cached_property
    def ascending(self) -> bool:
        """True if also no range is empty, so that no mapping has a problem of its place."""
        return self.ordered and all(map(lt, self._columns.start, self._columns.end))

    @cached_property
    def _rollup(self) -> int:
        """The index of the name of a rollup; -1 without a rollup."""
        names = self._columns.names
        return names.index(ROLLUP) if ROLLUP in names else -1

    def entry(self, row: int) -> bytes:
        """Return the text of one entry: its lines, and any lines up to the next header line."""
        offsets = self._columns.line_offset
        end = offsets[row + 1] if row + 1 < len(offsets) else None
        return self._source.input(offsets[row], end)

    def _unparsed_places(self) -> Iterator[Place]:
        for index, unparsed in enumerate(self._columns.unparsed):
            yield unparsed.start, index, True

    def _mapping_places(self) -> Iterator[Place]:
        """Yield each row with a problem: it is out of order, or follows an open label."""
        columns, is_open = self._columns, self._is_open
        # An empty range that is repeated keeps the order.
        if self.ascending and not any(is_open):
            return
        for row in range(1, len(columns)):
            if is_open[columns.name_index[row - 1]] or self._disorder(row):
                yield columns.line_offset[row], row, False

    def joints(self) -> array[int]:
        """Return the rows where another dump starts, in ascending order; never row 0."""
        rows = (row for _, row, _ in self._mapping_places())
        return array("Q", (row for row in rows if self._finding(row)[0] == "joined"))

    @cached_property
    def _is_open(self) -> bytearray:
        """By index of a name, whether it is a label without its closing bracket."""
        match = self._grammar.terminal("OPEN_LABEL").match
        return bytearray(map(bool, map(match, self._columns.names.texts)))

    # --- descriptions -----------------------------------------------------------------------------

    def _problem(self, line: int, index: int, is_range: bool) -> Problem:  # noqa: FBT001
        return self._unparsed(index, line) if is_range else self._mapping(line, index)

    def _unparsed(self, index: int, line: int | None) -> Problem:
        """Return the problem of an unparsed range in the *line*-th line; None counts the lines."""
        import attrs  # noqa: PLC0415 - few texts have a problem, and these take long to import

        from procmaps.snapshots.diagnosis import diagnose  # noqa: PLC0415
        from procmaps.snapshots.problem import Problem  # noqa: PLC0415

        text, unparsed = self._source.text, self._columns.unparsed[index]
        number = text.count(b"\n", 0, unparsed.start) + 1 if line is None else line
        error = diagnose(self._grammar, text, unparsed, number)
        error = attrs.evolve(error, offset=self._source.input_offset(error.offset, error.line))
        raw = self._source.input(unparsed.start, unparsed.end)
        return Problem("unparsed", error.line, raw, str(error), error)

    def _mapping(self, line: int, row: int) -> Problem:
        """Return the problem of a mapping."""
        from procmaps.snapshots.problem import Problem  # noqa: PLC0415 - as in `_unparsed`

        columns = self._columns
        kind, finding = self._finding(row)
        mapping = f"mapping {columns.start[row]:#x}-{columns.end[row]:#x}"
        return Problem(kind, line, self.entry(row), f"line {line}: {mapping} {finding}")

    def _finding(self, row: int) -> tuple[ProblemKind, str]:
        """Return the kind of problem of a row with one, and a description."""
        found = self._disorder(row)
        if found is None or self._is_open[self._columns.name_index[row - 1]]:
            return "suspicious", f"follows a label without its closing bracket; {_FORGERY}"
        if self._grammar.dialect.newlines_in_names:
            return "suspicious", f"{found[1]}; {_FORGERY}"
        return found

    def _disorder(self, row: int) -> tuple[ProblemKind, str] | None:
        """Compare the mapping of *row*, at least 1, with the one before it."""
        columns = self._columns
        start, end = columns.start[row], columns.end[row]
        last_start, last_end = columns.start[row - 1], columns.end[row - 1]
        if self._rollup in columns.name_index[row - 1 : row + 1]:
            return "joined", "starts another dump: a smaps_rollup has one entry"
        # A kernel that hides addresses prints 0-0 for every mapping.
        if (start, end) == (last_start, last_end) != (0, 0):
            return "repeated", "has the same range as the mapping before it"
        if start >= last_end:
            return None
        if start >= last_start:
            return "overlap", f"starts below {last_end:#x}, the end of the mapping before it"
        if end > last_start:
            return "backward", f"starts below {last_start:#x}, the start of the mapping before it"
        return "joined", (
            f"lies below {last_start:#x}, the start of the mapping before it: another dump starts "
            "here, or lines were moved"
        )
