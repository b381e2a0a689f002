"""The columns of a snapshot for its callers: read-only views of the buffers, without a copy."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

import attrs

from procmaps.engines.column_buffers import ColumnBuffers
from procmaps.engines.engine_selection import engine
from procmaps.engines.unparsed_range import UnparsedRange
from procmaps.engines.usage_block_table import ABSENT, MISSING

# Annotations of records are also resolved at run time; memoryview takes no parameter before 3.14.
if TYPE_CHECKING:
    IntColumn: TypeAlias = memoryview[int]
else:
    IntColumn = memoryview


@attrs.frozen(eq=False)
class Columns:
    """One row per mapping, in the order of the text.

    Each column is a read-only `memoryview` of unsigned integers. NumPy and Arrow take it without a
    copy: ``numpy.asarray(columns.start)``.
    """

    line_offset: IntColumn
    """Offset of the header line in the text, in bytes; 64 bits."""
    start: IntColumn
    """First address; 64 bits."""
    end: IntColumn
    """End address, exclusive; 64 bits."""
    perms: IntColumn
    """Permissions as `procmaps.records.perms.Perms.flags`; 8 bits."""
    offset: IntColumn
    """Offset in the file, in bytes; 64 bits."""
    major: IntColumn
    """Major device number; 32 bits."""
    minor: IntColumn
    """Minor device number; 32 bits."""
    inode: IntColumn
    """Inode number; 64 bits."""
    name_index: IntColumn
    """Index in `names`; 32 bits."""
    usage: Mapping[str, IntColumn]
    """Columns of smaps fields by attribute of `procmaps.records.usage.Usage`, in bytes; 64 bits.

    A field that was not printed is 2**64 - 1. Each lookup gathers the column again.
    """
    _buffers: ColumnBuffers = attrs.field(alias="buffers", repr=False)

    @property
    def names(self) -> tuple[bytes, ...]:
        """The distinct name columns. Index 0 is the empty name of unnamed memory."""
        return self._buffers.names.texts

    @property
    def flags(self) -> tuple[bytes, ...]:
        """The distinct texts after ``VmFlags:``."""
        return self._buffers.usage_table.flags.texts

    @property
    def unparsed(self) -> tuple[UnparsedRange, ...]:
        """The ranges of lines that could not be read. Gathered each time."""
        return tuple(self._buffers.unparsed)

    @property
    def flags_index(self) -> IntColumn:
        """Index in `flags`; 2**32 - 1 without a ``VmFlags`` line; 32 bits. Gathered each time."""
        known = self._buffers.usage_table.flags_index
        count = len(known)
        rows = self._buffers.usage_row
        return _view(array("I", [known[row] if row < count else ABSENT for row in rows]))

    def __len__(self) -> int:
        return len(self.start)

    def __reduce__(self) -> tuple[object, ...]:
        # A memoryview cannot be pickled.
        return view_columns, (self._buffers,)


def view_columns(buffers: ColumnBuffers) -> Columns:
    """Return views of *buffers*, which must not change any more."""
    table = buffers.usage_table
    return Columns(
        line_offset=_view(buffers.line_offset),
        start=_view(buffers.start),
        end=_view(buffers.end),
        perms=_view(buffers.perms),
        offset=_view(buffers.offset),
        major=_view(buffers.major),
        minor=_view(buffers.minor),
        inode=_view(buffers.inode),
        name_index=_view(buffers.name_index),
        usage=_UsageColumns(buffers.usage_row, table.numbers),
        buffers=buffers,
    )


class _UsageColumns(Mapping[str, IntColumn]):
    """The usage columns with one number per mapping, gathered from the rows of a `UsageTable`."""

    def __init__(self, usage_row: array[int], numbers: dict[str, array[int]]) -> None:
        self._usage_row = usage_row
        self._numbers = numbers

    def __getitem__(self, attribute: str) -> IntColumn:
        return _view(gather(self._numbers[attribute], self._usage_row))

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


def gather(numbers: array[int], rows: array[int]) -> array[int]:
    """Return the number in each of *rows*, `MISSING` after the end of *numbers*."""
    if engine() == "native":
        from procmaps.engines import _scanner  # noqa: PLC0415 - only where it was built

        gathered = array("Q", bytes(8 * len(rows)))
        _scanner.gather(numbers, rows, gathered)
        return gathered
    count = len(numbers)
    return array("Q", [numbers[row] if row < count else MISSING for row in rows])


def _view(column: array[int]) -> IntColumn:
    return memoryview(column).toreadonly()
