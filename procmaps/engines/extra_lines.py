"""The field lines that have no column, read again from the text."""

from __future__ import annotations

from collections.abc import Iterator

from procmaps.engines.column_buffers import ColumnBuffers
from procmaps.grammar.compiled_lines import compiled_lines
from procmaps.grammar.parsed_line import FieldLine


def extra_fields(columns: ColumnBuffers, row: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield key and value of each line with an unknown key in a row of the usage table."""
    for field in _fields(columns, columns.usage_table.extra.get(row)):
        if field.key not in columns.grammar.usage_fields and field.form not in ("flags", "label"):
            yield field.key, field.text


def label_text(columns: ColumnBuffers, row: int) -> bytes | None:
    """Return the name in old Android's ``Name:`` line in a row of the usage table, or None."""
    fields = _fields(columns, columns.usage_table.labels.get(row))
    return next((field.text for field in fields if field.form == "label"), None)


def _fields(columns: ColumnBuffers, found: tuple[int, int] | None) -> Iterator[FieldLine]:
    """Yield the field lines of a range of the text; none for None."""
    offset, end = found or (0, 0)
    lines = compiled_lines(columns.grammar)
    while offset < end:
        offset, line = lines.read(columns.text, offset)
        if isinstance(line, FieldLine):
            yield line
