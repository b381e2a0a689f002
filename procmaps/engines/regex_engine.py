"""The fast engine in pure Python: regular expressions compiled from the grammar.

The field lines of an entry and their order are its layout. The first entry of each layout is read
line by line. All further entries of the layout match one expression, which covers the whole entry.
An entry with an unknown layout or an impossible number is read line by line, too; the rest of the
file is not.

A block of field lines is parsed once. Most entries of a process repeat the block of another entry.
"""

from __future__ import annotations

import sys
from array import array
from binascii import unhexlify
from collections.abc import Iterable
from functools import partial
from itertools import repeat
from operator import lt

from procmaps.engines.add_line import add_line
from procmaps.engines.column_buffers import ColumnBuffers
from procmaps.engines.entry_layouts import EntryLayout, FieldLayout
from procmaps.engines.intern_table import InternTable
from procmaps.engines.number_cache import NumberCache
from procmaps.engines.regex_block_cache import MAX_BLOCK, BlockCache, FieldNumbers
from procmaps.grammar.compiled_lines import compiled_lines
from procmaps.grammar.loading import Grammar
from procmaps.grammar.parsed_line import MAX_U32, MAX_U64, FieldLine, HeaderLine, ImpossibleValue
from procmaps.grammar.rules import HEADER_PARTS

CHUNK = 1024
"""Entries matched before their values are appended to the columns. This bounds the memory used."""

CHUNK_BYTES = 1 << 17
"""Bytes of entries after which their values are appended, too."""

MAX_LAYOUTS = 16
"""Layouts remembered for one file. Kernels print one or two; a hostile file has any number."""

MAX_FIELDS = 128
"""Field lines of a layout that is remembered. Kernels print about 25."""


def scan(text: bytes, grammar: Grammar, *, stop: bool = False) -> ColumnBuffers:
    """Read *text* into the columns that `procmaps.engines.lark_engine.scan` returns."""
    return _Scan(text, grammar, stop=stop).run()


class _Scan:
    """One pass over one text."""

    def __init__(self, text: bytes, grammar: Grammar, *, stop: bool) -> None:
        self.text = text
        self.stop = stop
        self.grammar = grammar
        self.lines = compiled_lines(grammar)
        self.names = InternTable(b"")
        self.columns = ColumnBuffers(text, grammar, names=self.names)
        self.field_numbers = FieldNumbers()
        self.blocks: list[BlockCache] = []
        self.known_layouts: set[tuple[FieldLayout, ...]] = set()
        self.field_line = grammar.terminal("KEY")
        self.offset = NumberCache(partial(int, base=16), MAX_U64)
        self.device = NumberCache(partial(int, base=16), MAX_U32)
        self.inode = NumberCache(int, MAX_U64)
        self.perms = NumberCache(grammar.perms.__getitem__, MAX_U32)
        self.own_row = 0
        """The row of the usage table that only the last mapping uses, or 0."""
        self._remember(())

    def run(self) -> ColumnBuffers:
        offset, is_header = 0, self.grammar.header.match
        while offset < len(self.text) and not self._must_stop():
            known = is_header(self.text, offset) and self._read_known(offset)
            offset = known or self._learn(offset)
        return self.columns

    def _must_stop(self) -> bool:
        return self.stop and len(self.columns.unparsed) > 0

    def _read_known(self, offset: int) -> int:
        """Read the entries from *offset* on that share one known layout.

        Returns the end offset, or 0 if the first entry has no known layout.
        """
        for index, blocks in enumerate(self.blocks):
            if end := self._read_entries(blocks, offset):
                # The next entry probably has this layout, too.
                self.blocks.insert(0, self.blocks.pop(index))
                return end
        return 0

    def _learn(self, offset: int) -> int:
        """Read one entry, or one stray line, line by line; remember the layout.

        Returns the end offset.
        """
        offset, line = self._read_line(offset)
        if not isinstance(line, HeaderLine):
            return offset
        fields: list[FieldLayout] = []
        while offset < len(self.text) and not self.grammar.header.match(self.text, offset):
            offset, line = self._read_line(offset)
            if not isinstance(line, FieldLine):
                return offset
            if len(fields) <= MAX_FIELDS:
                fields.append(FieldLayout.of(line, self.grammar))
        self._remember(tuple(fields))
        return offset

    def _read_line(self, offset: int) -> tuple[int, HeaderLine | FieldLine | None]:
        """Read one line; return its end offset, and None for a line that was refused."""
        end, line = self.lines.read(self.text, offset)
        if not isinstance(line, FieldLine):
            return end, add_line(self.columns, offset, end, line)
        self._unshare_block()
        added = add_line(self.columns, offset, end, line)
        self.own_row = (*self.columns.usage_row[-1:], 0)[0]
        return end, added

    def _unshare_block(self) -> None:
        """Give the last mapping a row of its own, because a line follows that is not in its block.

        Other mappings, and those to come, can have the row of its block. The row becomes the last
        one, as `procmaps.engines.add_line` requires.
        """
        columns, rows = self.columns, self.columns.usage_row
        last = columns.usage_table.rows - 1
        if not rows or not rows[-1] or rows[-1] == self.own_row == last:
            return
        header = self.grammar.header.match(self.text, columns.line_offset[-1])
        start = header.end() if header and rows[-1] != self.own_row else None
        rows[-1] = columns.usage_table.copy_row(rows[-1], start)

    def _remember(self, fields: tuple[FieldLayout, ...]) -> None:
        if len(fields) > MAX_FIELDS or len(self.blocks) >= MAX_LAYOUTS:
            return
        if fields not in self.known_layouts:
            self.known_layouts.add(fields)
            layout = EntryLayout(fields, self.grammar)
            blocks = BlockCache(layout, self.columns.usage_table, self.field_numbers)
            self.blocks.insert(0, blocks)

    def _read_entries(self, blocks: BlockCache, offset: int) -> int:
        """Read the entries of one layout from *offset* on.

        Returns the end offset, or 0 if there is no such entry.
        """
        match, text = self.grammar.header.match, self.text
        first, chunk_end = offset, offset + CHUNK_BYTES
        recent: tuple[tuple[bytes, int, int], ...] = ()
        headers: list[tuple[bytes, ...]] = []
        offsets: list[int] = []
        usage_rows: list[int] = []
        while header := match(text, offset):
            start = header.end()
            # Most blocks repeat one of the last two.
            for block, length, known_row in recent:
                if text[start : start + length] == block:
                    row, end = known_row, start + length
                    break
            else:
                found = blocks.read(text, start)
                if not found:
                    break
                row, end = found
                if end - start <= MAX_BLOCK:
                    recent = ((text[start:end], end - start, row), *recent[:1])
            headers.append(header.groups(b""))
            offsets.append(offset)
            usage_rows.append(row)
            offset = end
            # The last entry waits, because a further field line may follow.
            if (offset > chunk_end or len(headers) > CHUNK) and len(headers) > 1:
                blocks.store()
                self._store(headers[:-1], usage_rows[:-1], offsets)
                headers, usage_rows, offsets = headers[-1:], usage_rows[-1:], offsets[-1:]
                chunk_end = offset + CHUNK_BYTES
                if self._must_stop():
                    break
        if headers and self.field_line.match(text, offset):
            offset = offsets[-1]
            headers, usage_rows, offsets = headers[:-1], usage_rows[:-1], offsets[:-1]
        blocks.store()
        if headers:
            self._store(headers, usage_rows, [*offsets, offset])
        return offset if offset > first else 0

    def _store(
        self, headers: list[tuple[bytes, ...]], usage_rows: list[int], offsets: list[int]
    ) -> None:
        """Append matched entries to the columns. *offsets* ends with the end of the last entry."""
        *texts, names = zip(*headers, strict=True)
        try:
            numbers = self._parse_headers(texts)
        except ImpossibleValue:
            offset = offsets[0]
            while offset < offsets[-1]:
                offset, _ = self._read_line(offset)
            return
        columns = self.columns
        columns.line_offset.fromlist(offsets[:-1])
        for part, column in zip(HEADER_PARTS, numbers, strict=False):
            getattr(columns, part).extend(column)
        columns.name_index.extend(self.names.indexes(names))
        columns.usage_row.fromlist(usage_rows)

    def _parse_headers(self, texts: list[tuple[bytes, ...]]) -> list[array[int]]:
        """Parse the columns of header lines. Raises `ImpossibleValue` for a number out of range."""
        start, end, perms, offset, major, minor, inode = texts
        first, last = _parse_addresses(start), _parse_addresses(end)
        if any(map(lt, last, first)):
            raise ImpossibleValue("end", "below the start")
        return [
            first,
            last,
            self.perms.numbers("B", perms),
            self.offset.numbers("Q", offset),
            self.device.numbers("I", major),
            self.device.numbers("I", minor),
            self.inode.numbers("Q", inode),
        ]


def _parse_addresses(texts: Iterable[bytes]) -> array[int]:
    """Parse hexadecimal numbers of up to 16 digits. All at once: addresses hardly ever repeat."""
    numbers = array("Q", unhexlify(b"".join(map(bytes.zfill, texts, repeat(16)))))
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers
