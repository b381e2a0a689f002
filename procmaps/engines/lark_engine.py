"""The reference engine: Lark reads every line. The other engines must give the same columns."""

from __future__ import annotations

from procmaps.engines.add_line import add_line
from procmaps.engines.column_buffers import ColumnBuffers
from procmaps.grammar.loading import Grammar


def scan(text: bytes, grammar: Grammar, *, stop: bool = False) -> ColumnBuffers:
    """Read *text* into columns, line by line; with *stop* up to the first line that is refused."""
    columns = ColumnBuffers(text, grammar)
    offset = 0
    while offset < len(text) and not (stop and columns.unparsed):
        end = grammar.line_end(text, offset)
        add_line(columns, offset, end, grammar.parse_with_lark(text[offset:end]))
        offset = end
    return columns
