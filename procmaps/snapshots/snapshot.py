"""A `Snapshot`: one text as columns, and as records that are built on demand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from operator import sub

from procmaps._arguments import BytesOrStr, as_address
from procmaps._cached_property import cached_property
from procmaps._frozen import Frozen
from procmaps.engines.scan_text import scan
from procmaps.snapshots.problems import ROLLUP, ProblemFinder, Problems
from procmaps.snapshots.source_text import SourceText

# Records, columns and errors are imported when a caller asks for one: reading the maps of a process
# takes less time than importing them.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import overload

    from procmaps.engines.column_buffers import ColumnBuffers
    from procmaps.engines.columns import Columns
    from procmaps.errors import ParseError
    from procmaps.formats.file_kinds import FileKind
    from procmaps.grammar.loading import Grammar
    from procmaps.records.device import Device
    from procmaps.records.file_offset import FileOffset
    from procmaps.records.mapping import Mapping
    from procmaps.records.names import Name
    from procmaps.records.storage import RecordTable
    from procmaps.snapshots.dialect_detection import DialectMatch
    from procmaps.snapshots.mappings import Mappings


class Snapshot(Frozen, Sequence["Mapping"]):
    """The mappings of one text, in its order. Immutable; made by `procmaps.loads`.

    kind       The file that the text is from: "maps", "smaps" or "smaps_rollup".
    dialect    The dialect, as `DialectMatch`: ``snapshot.dialect == "linux"``.
    columns    One read-only column per property; see `procmaps.Columns`.
    problems   Every `Problem` of the text, in a sequence that makes them when looked at.

    ``address in snapshot`` is true if a mapping contains the address; ``mapping in snapshot`` is
    true if a mapping is equal. A slice is a `Mappings`. Snapshots are equal if their texts and
    dialects are. ``str()`` is the ``repr``, because a text may have gigabytes; `dumps` returns it.
    """

    dialect: DialectMatch
    _source: SourceText
    _buffers: ColumnBuffers
    _grammar: Grammar

    def __init__(
        self, source: SourceText, buffers: ColumnBuffers, grammar: Grammar, dialect: DialectMatch
    ) -> None:
        self._set(_source=source, _buffers=buffers, _grammar=grammar, dialect=dialect)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Snapshot):
            return NotImplemented
        return self._source == other._source and self.dialect == other.dialect

    def __hash__(self) -> int:
        return hash((self._source, self.dialect))

    @cached_property
    def columns(self) -> Columns:
        """The columns of the text, read-only and without a copy."""
        from procmaps.engines.columns import view_columns  # noqa: PLC0415 - see above

        return view_columns(self._buffers)

    def name_record(self, index: int) -> Name:
        """Return the record of a name in `Columns.names`. It is made each time."""
        return self._grammar.parse_name(self._buffers.names[index])

    @cached_property
    def _records(self) -> RecordTable[Mapping]:
        from procmaps.snapshots.record_builder import make_records  # noqa: PLC0415 - see above

        return make_records(self._buffers, self._grammar.parse_name)

    @cached_property
    def _finder(self) -> ProblemFinder:
        return ProblemFinder(self._source, self._buffers, self._grammar)

    def __reduce__(self) -> tuple[object, ...]:
        # Cached values are made again.
        return Snapshot, (self._source, self._buffers, self._grammar, self.dialect)

    def __repr__(self) -> str:
        from procmaps.snapshots.mappings import summary  # noqa: PLC0415 - see above

        mappings = summary(len(self), self._buffers.start, self._buffers.end)
        count = len(self.problems)
        problems = f", {count} problem{'s' * (count > 1)}" if count else ""
        return f"<Snapshot of {self.kind}: {mappings}, {self.dialect}{problems}>"

    @cached_property
    def kind(self) -> FileKind:
        """The file, by content: ``smaps`` has fields, ``smaps_rollup`` only names ``[rollup]``."""
        names = self._buffers.names
        if ROLLUP in names and set(self._buffers.name_index) == {names.index(ROLLUP)}:
            return "smaps_rollup"
        return "smaps" if self._buffers.has_usage else "maps"

    def kinds_and_sizes(self) -> Iterator[tuple[str, int]]:
        """Yield `Name.kind` and size of each mapping, without making its record."""
        columns = self._buffers
        kinds = [*map(self._grammar.name_kind, columns.names.texts)]
        sizes = map(sub, columns.end, columns.start)
        return zip(map(kinds.__getitem__, columns.name_index), sizes, strict=True)

    def dumps(self) -> bytes:
        """Return the text that was loaded, byte for byte."""
        return self._source.input()

    def split(self) -> tuple[Snapshot, ...]:
        """Return the dumps that the text was joined from, as by ``cat /proc/[0-9]*/maps``.

        A dump starts at each `Problem` of the kind ``joined``, and at the start of the text. The
        joined texts are the whole text. Line numbers count from the start of each dump.
        """
        offsets = self._buffers.line_offset
        starts = [0, *(offsets[row] for row in self._finder.joints())]
        return tuple(
            self._part(start, end)
            for start, end in zip(starts, [*starts[1:], len(self._source)], strict=True)
        )

    def _part(self, start: int, end: int) -> Snapshot:
        source = SourceText(self._source.text[start:end], self._source.newline)
        return Snapshot(source, scan(source.text, self._grammar), self._grammar, self.dialect)

    def source(self, index: int) -> bytes:
        """Return the text of one entry: its lines, and any lines up to the next header line."""
        return self._finder.entry(self._row(index))

    # --- records ----------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._buffers)

    if TYPE_CHECKING:

        @overload
        def __getitem__(self, index: int) -> Mapping: ...
        @overload
        def __getitem__(self, index: slice) -> Mappings: ...

    def __getitem__(self, index: int | slice) -> Mapping | Mappings:
        if isinstance(index, slice):
            return self._mappings(range(len(self))[index])
        return self._records.record(self._row(index))

    def _mappings(self, rows: Iterable[int]) -> Mappings:
        from procmaps.snapshots.mappings import Mappings  # noqa: PLC0415 - see above

        return Mappings(map(self._records.record, rows))

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
        from procmaps.records.mapping import Mapping  # noqa: PLC0415 - see above

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
        return next(map(self._records.record, rows), None)

    def overlapping(self, start: int, end: int) -> Mappings:
        """Return the mappings with at least one byte from *start* up to *end*, exclusive."""
        first, limit = as_address(start), as_address(end)
        starts, ends = self._buffers.start, self._buffers.end
        rows: range = range(len(self))
        if self._finder.ordered:
            rows = range(max(0, bisect_right(starts, first) - 1), bisect_right(starts, limit - 1))
        return self._mappings(
            row for row in rows if max(starts[row], first) < min(ends[row], limit)
        )

    def neighbours(self, address: int) -> tuple[Mapping | None, Mapping | None]:
        """Return the nearest mapping that ends at or below *address*, and that starts above it.

        Either is None if there is none. Linear if mappings are out of order. Raises `TypeError` if
        *address* is no integer.
        """
        wanted = as_address(address)
        start, end = self._buffers.start, self._buffers.end
        rows = range(len(self))
        if self._finder.ordered:
            row = bisect_right(start, wanted)
            below = row - 1 if row and end[row - 1] <= wanted else row - 2
            return (self[below] if below >= 0 else None), (self[row] if row < len(self) else None)
        ended = [row for row in rows if end[row] <= wanted]
        later = [row for row in rows if start[row] > wanted]
        return (
            self[max(ended, key=end.__getitem__)] if ended else None,
            self[min(later, key=start.__getitem__)] if later else None,
        )

    def to_file(self, address: int) -> FileOffset | None:
        """Return the file and the offset in it that *address* shows; None if no file is mapped.

        The mapping is that of `mapping_at`. Raises `AddressNotMapped` with the neighbours if no
        mapping contains *address*, and `TypeError` if it is no integer.
        """
        mapping = self.mapping_at(address)
        if mapping is None:
            from procmaps.errors import AddressNotMapped  # noqa: PLC0415 - see above

            below, above = (
                None if each is None else (each.start, each.end, each.name.raw)
                for each in self.neighbours(address)
            )
            raise AddressNotMapped(as_address(address), below, above)
        offset = mapping.file_offset(address)
        if offset is None:
            return None
        from procmaps.records.file_offset import FileOffset  # noqa: PLC0415 - see above

        return FileOffset(mapping, offset)

    def to_addresses(self, device: Device, inode: int, offset: int) -> tuple[int, ...]:
        """Return every address that shows the byte at *offset* of a file, ascending.

        The file is given by *device* and *inode* as its mappings have them. Several addresses are
        usual: the end of one segment of a library and the start of the next can share a page.
        """
        columns = self._buffers
        wanted = (device.major, device.minor)
        rows = (row for row, number in enumerate(columns.inode) if number == inode)
        return tuple(
            sorted(
                columns.start[row] + offset - columns.offset[row]
                for row in rows
                if (columns.major[row], columns.minor[row]) == wanted
                and 0 <= offset - columns.offset[row] < columns.end[row] - columns.start[row]
            )
        )

    def by_name(self, name: BytesOrStr | Name) -> Mappings:
        """Return the mappings whose whole name column is *name*, given as text or as a record."""
        from procmaps.snapshots.mappings import column_of  # noqa: PLC0415 - see above

        column = column_of(name)
        names = self._buffers.names
        wanted = names.index(column) if column in names else -1
        return self._mappings(
            row for row, index in enumerate(self._buffers.name_index) if index == wanted
        )

    # --- problems ---------------------------------------------------------------------------------

    @cached_property
    def problems(self) -> Problems:
        """Every problem of the text, in its order. No line is dropped because of one."""
        return self._finder.all()

    @property
    def ascending(self) -> bool:
        """True if no range is empty and each starts at or above the end of the one before it."""
        return self._finder.ascending

    @property
    def first_error(self) -> ParseError | None:
        """The diagnosis of the first line that cannot be parsed, or None."""
        return self._finder.first_error


def buffers_of(snapshot: Snapshot) -> ColumnBuffers:
    """Return the buffers that `Snapshot.columns` shows, for sums over them.

    Nothing may change them, so they are no attribute of the public class.
    """
    buffers: ColumnBuffers = vars(snapshot)["_buffers"]
    return buffers
