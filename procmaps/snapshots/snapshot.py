"""A `Snapshot`: one text as columns, and as records that are built on demand."""

from __future__ import annotations

import functools
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import overload

import attrs

from procmaps._arguments import BytesOrStr, as_address
from procmaps.engines.column_buffers import ColumnBuffers
from procmaps.engines.columns import Columns, view_columns
from procmaps.errors import ParseError
from procmaps.formats.file_kinds import FileKind
from procmaps.grammar.loading import Grammar
from procmaps.records.mapping import Mapping
from procmaps.records.names import Name
from procmaps.snapshots.dialect_detection import DialectMatch
from procmaps.snapshots.mappings import Mappings, column_of, summary
from procmaps.snapshots.problems import Problem, ProblemFinder
from procmaps.snapshots.record_builder import RecordBuilder
from procmaps.snapshots.source_text import SourceText


@attrs.frozen(slots=False, repr=False)
class Snapshot(Sequence[Mapping]):
    """The mappings of one text, in its order. Immutable; made by `procmaps.loads`.

    kind       The file that the text is from: "maps", "smaps" or "smaps_rollup".
    dialect    The dialect, as `DialectMatch`: ``snapshot.dialect == "linux"``.
    columns    One read-only column per property; see `procmaps.Columns`.
    problems   Every `Problem` of the text.

    ``address in snapshot`` is true if a mapping contains the address; ``mapping in snapshot`` is
    true if a mapping is equal. A slice is a `Mappings`. Snapshots are equal if their texts and
    dialects are. ``str()`` is the ``repr``, because a text may have gigabytes; `dumps` returns it.
    """

    _source: SourceText
    _buffers: ColumnBuffers = attrs.field(eq=False)
    _grammar: Grammar = attrs.field(eq=False)
    dialect: DialectMatch

    @functools.cached_property
    def columns(self) -> Columns:
        """The columns of the text, read-only and without a copy."""
        return view_columns(self._buffers)

    @functools.cached_property
    def _records(self) -> RecordBuilder:
        return RecordBuilder(self._buffers, self._grammar.parse_name)

    @functools.cached_property
    def _finder(self) -> ProblemFinder:
        return ProblemFinder(self._source, self._buffers, self._grammar)

    def __reduce__(self) -> tuple[object, ...]:
        # Cached values are made again.
        return Snapshot, (self._source, self._buffers, self._grammar, self.dialect)

    def __repr__(self) -> str:
        mappings = summary(len(self), self._buffers.start, self._buffers.end)
        count = len(self.problems)
        problems = f", {count} problem{'s' * (count > 1)}" if count else ""
        return f"<Snapshot of {self.kind}: {mappings}, {self.dialect}{problems}>"

    @functools.cached_property
    def kind(self) -> FileKind:
        """The file, by content: ``smaps`` has fields, ``smaps_rollup`` the name ``[rollup]``."""
        if len(self) == 1 and self._buffers.names.texts[-1] == b"[rollup]":
            return "smaps_rollup"
        return "smaps" if self._buffers.has_usage else "maps"

    def dumps(self) -> bytes:
        """Return the text that was loaded, byte for byte."""
        return self._source.input()

    def source(self, index: int) -> bytes:
        """Return the text of one entry: its lines, and any lines up to the next header line."""
        return self._finder.entry(self._row(index))

    # --- records ----------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._buffers)

    @overload
    def __getitem__(self, index: int) -> Mapping: ...
    @overload
    def __getitem__(self, index: slice) -> Mappings: ...
    def __getitem__(self, index: int | slice) -> Mapping | Mappings:
        if isinstance(index, slice):
            return Mappings(map(self._records.mapping, range(len(self))[index]))
        return self._records.mapping(self._row(index))

    def _row(self, index: int) -> int:
        """Return *index* counted from the start. Raises `IndexError` or `TypeError`."""
        try:
            return range(len(self))[index]
        except IndexError:
            raise IndexError(f"index {index} in a snapshot of {len(self)} mappings") from None
        except TypeError:
            kind = type(index).__name__
            raise TypeError(f"expected an index (int) or a slice, not {kind}") from None

    def __iter__(self) -> Iterator[Mapping]:
        return iter(self._records)

    # --- searches ---------------------------------------------------------------------------------

    def __contains__(self, item: object) -> bool:
        if isinstance(item, Mapping):
            return super().__contains__(item)
        return self.mapping_at(as_address(item)) is not None

    def mapping_at(self, address: int) -> Mapping | None:
        """Return the mapping that contains *address*, or None.

        Binary search. Linear if mappings are out of order; then the last match is returned.
        Raises `TypeError` if *address* is no integer.
        """
        wanted = as_address(address)
        start, end = self._buffers.start, self._buffers.end
        if self._finder.ordered:
            row = bisect_right(start, wanted) - 1
            return self[row] if row >= 0 and wanted < end[row] else None
        rows = (row for row in reversed(range(len(self))) if start[row] <= wanted < end[row])
        return next(map(self._records.mapping, rows), None)

    def overlapping(self, start: int, end: int) -> Mappings:
        """Return the mappings with at least one byte from *start* up to *end*, exclusive."""
        first, limit = as_address(start), as_address(end)
        starts, ends = self._buffers.start, self._buffers.end
        rows: range = range(len(self))
        if self._finder.ordered:
            rows = range(max(0, bisect_right(starts, first) - 1), bisect_right(starts, limit - 1))
        return Mappings(
            self._records.mapping(row)
            for row in rows
            if max(starts[row], first) < min(ends[row], limit)
        )

    def by_name(self, name: BytesOrStr | Name) -> Mappings:
        """Return the mappings whose whole name column is *name*, given as text or as a record."""
        column = column_of(name)
        names = self._buffers.names
        if column not in names:
            return Mappings()
        wanted = names.index(column)
        rows = (row for row, index in enumerate(self._buffers.name_index) if index == wanted)
        return Mappings(map(self._records.mapping, rows))

    # --- problems ---------------------------------------------------------------------------------

    @functools.cached_property
    def problems(self) -> tuple[Problem, ...]:
        """Every problem of the text, in its order. No line is dropped because of one."""
        return self._finder.all()

    @property
    def first_error(self) -> ParseError | None:
        """The diagnosis of the first line that cannot be parsed, or None."""
        return self._finder.first_error
