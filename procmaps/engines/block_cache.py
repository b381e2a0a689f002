"""The field blocks of one text by their bytes: `BlockCache`."""

from __future__ import annotations

from procmaps.engines.entry_layouts import EntryLayout, FieldNumbers, UsageBlock
from procmaps.engines.usage_table import UsageTable
from procmaps.grammar.parsed_line import ImpossibleValue

MAX_BLOCKS = 1 << 12
"""Distinct blocks remembered for each layout, each less than a kilobyte."""


class BlockCache:
    """The field blocks of one layout that were read so far. Most entries repeat one of them."""

    def __init__(self, layout: EntryLayout, table: UsageTable, numbers: FieldNumbers) -> None:
        self._layout = layout
        self._table = table
        self._numbers = numbers
        self._longest = 0
        self._new: list[UsageBlock] = []
        self.rows: dict[bytes, int] = {}
        """The row in the table by the bytes of the block."""

    def read(self, text: bytes, offset: int) -> tuple[int, int] | None:
        """Read the block at *offset*; return its row and its end offset.

        Returns None if the block does not have this layout.
        """
        end = self._find_end(text, offset)
        row = self.rows.get(text[offset:end])
        return self._parse(text, offset) if row is None else (row, end)

    def _find_end(self, text: bytes, offset: int) -> int:
        """Return the end of the line that is the last of the layout, if there is such a line."""
        last_line, limit = self._layout.last_line, offset + self._longest
        if not last_line:
            return offset
        start = text.find(last_line, offset - 1, limit)
        return text.find(b"\n", start + len(last_line), limit) + 1

    def _parse(self, text: bytes, offset: int) -> tuple[int, int] | None:
        match = self._layout.pattern.match(text, offset)
        if not match:
            return None
        try:
            block = self._layout.parse(match.groups(b""), self._numbers)
        except ImpossibleValue:
            return None
        row = 0
        if self._layout.fields:
            row = self._table.rows + len(self._new)
            self._new.append(block)
        if len(self.rows) >= MAX_BLOCKS:
            self.rows.clear()
        self.rows[match[0]] = row
        self._longest = max(self._longest, len(match[0]))
        return row, match.end()

    def store(self) -> None:
        """Append the new blocks to the table."""
        layout, table, row = self._layout, self._table, self._table.rows
        if not self._new:
            return
        for attribute, column in layout.columns_of(self._new):
            table.extend_numbers(attribute, row, column)
        text_columns = zip(*(block.texts for block in self._new), strict=True)
        text_fields = layout.fields[layout.number_count :]
        for field, texts in zip(text_fields, text_columns, strict=True):
            table.extend_texts(field.rule, field.key, row, texts)
        table.rows += len(self._new)
        self._new.clear()
