"""The field blocks of one text by their bytes: `BlockCache`."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from procmaps.engines.entry_layouts import KIB, EntryLayout
from procmaps.engines.number_cache import NumberCache
from procmaps.engines.usage_block_table import MISSING, UsageTable
from procmaps.grammar.parsed_line import Form

MAX_BLOCKS = 1 << 10
"""Distinct blocks remembered for each layout."""

MAX_BLOCK = 1 << 11
"""Bytes of a block that is remembered. Kernels print less than a kilobyte."""


class FieldNumbers:
    """Parses the numbers of field lines, for all layouts of one text."""

    def __init__(self) -> None:
        self._sizes = NumberCache(lambda text: int(text) * KIB, MISSING - 1)
        self._counts = NumberCache(int, MISSING - 1)

    def parse(self, rule: Form, texts: Sequence[bytes]) -> array[int]:
        """Return the sizes in bytes, or the counts, that *texts* mean."""
        return (self._sizes if rule == "size" else self._counts).numbers("Q", texts)


class BlockCache:
    """The field blocks of one layout that were read so far. Most entries repeat one of them."""

    def __init__(self, layout: EntryLayout, table: UsageTable, numbers: FieldNumbers) -> None:
        self._layout = layout
        self._table = table
        self._numbers = numbers
        self._longest = 0
        self._new: list[tuple[bytes, ...]] = []
        """The values of the blocks that are not in the table yet."""
        self._ranges: list[tuple[int, int]] = []
        """The ranges of these blocks in the text."""
        self._rows: dict[bytes, int] = {}
        """The row in the table by the bytes of the block."""

    def read(self, text: bytes, offset: int) -> tuple[int, int] | None:
        """Read the block at *offset*; return its row and its end offset.

        Returns None if the block does not have this layout, or has an impossible number.
        """
        end = self._find_end(text, offset)
        row = self._rows.get(text[offset:end])
        return self._add(text, offset) if row is None else (row, end)

    def _find_end(self, text: bytes, offset: int) -> int:
        """Return the end of the line that is the last of the layout, if there is such a line."""
        last_line, limit = self._layout.last_line, offset + self._longest
        if not last_line:
            return offset
        start = text.find(last_line, offset - 1, limit)
        return text.find(b"\n", start + len(last_line), limit) + 1

    def _add(self, text: bytes, offset: int) -> tuple[int, int] | None:
        match = self._layout.pattern.match(text, offset)
        if not match:
            return None
        values = match.groups(b"")
        if not self._layout.in_range(values):
            return None
        row = 0
        if values:
            row = self._table.rows + len(self._new)
            self._new.append(values)
            self._ranges.append(match.span())
        if match.end() - offset <= MAX_BLOCK:
            if len(self._rows) >= MAX_BLOCKS:
                self._rows.clear()
            self._rows[match[0]] = row
            self._longest = max(self._longest, len(match[0]))
        return row, match.end()

    def store(self) -> None:
        """Append the new blocks to the table."""
        table, row = self._table, self._table.rows
        columns = zip(*self._new, strict=True)
        for field, texts in zip(self._layout.fields, columns, strict=False):
            if field.column:
                table.extend_numbers(field.column, row, self._numbers.parse(field.rule, texts))
            elif field.rule == "flags":
                table.extend_flags(row, texts)
            else:
                places = table.labels if field.rule == "label" else table.extra
                for number, block in enumerate(self._ranges, row):
                    places.add(number, *block)
        table.rows += len(self._new)
        self._new.clear()
        self._ranges.clear()
