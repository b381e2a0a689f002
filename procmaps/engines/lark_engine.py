"""The reference engine: Lark reads every line. The other engines must give the same columns."""

from __future__ import annotations

from procmaps.engines.column_buffers import ColumnBuffers
from procmaps.grammar.loading import Grammar
from procmaps.grammar.parsed_line import FieldLine, HeaderLine, ImpossibleValue


def scan(text: bytes, grammar: Grammar) -> ColumnBuffers:
    """Read *text* into columns, line by line."""
    columns = ColumnBuffers()
    offset = 0
    while offset < len(text):
        offset, _ = read_line(text, offset, grammar, columns)
    return columns


def read_line(
    text: bytes, offset: int, grammar: Grammar, columns: ColumnBuffers
) -> tuple[int, HeaderLine | FieldLine | None]:
    """Read the line at *offset* into *columns*; return the end offset and the parsed line.

    A line that cannot be read is added to ``columns.unparsed`` and returned as None.
    """
    end = grammar.line_end(text, offset)
    line = grammar.parse_line(text[offset:end])
    try:
        if isinstance(line, HeaderLine):
            columns.add_header(offset, line)
        elif line is None:
            columns.add_unparsed(offset, end)
        else:
            columns.add_field(line)
    except ImpossibleValue as refused:
        columns.add_unparsed(offset, end, refused)
        line = None
    return end, line
