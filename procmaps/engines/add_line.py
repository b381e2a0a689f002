"""Single lines: `add_line` adds a parsed one to the columns, `read_line` parses it first."""

from __future__ import annotations

from procmaps.engines.column_buffers import ColumnBuffers
from procmaps.engines.usage_block_table import MISSING, UsageTable
from procmaps.grammar.compiled_lines import compiled_lines
from procmaps.grammar.parsed_line import (
    FieldLine,
    Form,
    HeaderLine,
    ImpossibleValue,
    check_header,
)


def read_line(columns: ColumnBuffers, offset: int) -> tuple[int, HeaderLine | FieldLine | None]:
    """Read the line at *offset* with the compiled expressions, and add it.

    Returns its end offset, and the line or None if it was refused.
    """
    end, parsed = compiled_lines(columns.grammar).read(columns.text, offset)
    return end, add_line(columns, offset, end, parsed)


def add_line(
    columns: ColumnBuffers, offset: int, end: int, line: HeaderLine | FieldLine | None
) -> HeaderLine | FieldLine | None:
    """Add the parsed *line* from *offset* to *end*; return None if it was refused."""
    try:
        if isinstance(line, HeaderLine):
            _add_header(columns, offset, line)
        elif line is None:
            columns.unparsed.add(offset, end)
        else:
            _add_field(columns, offset, end, line)
    except ImpossibleValue as refused:
        columns.unparsed.add(offset, end, refused.field, refused.reason)
        return None
    return line


def _add_header(columns: ColumnBuffers, line_offset: int, header: HeaderLine) -> None:
    """Add a row. Raises `ImpossibleValue` for a number out of range."""
    check_header(header)
    start, end, perms, offset, major, minor, inode, name = header
    columns.line_offset.append(line_offset)
    columns.start.append(start)
    columns.end.append(end)
    columns.perms.append(perms)
    columns.offset.append(offset)
    columns.major.append(major)
    columns.minor.append(minor)
    columns.inode.append(inode)
    columns.name_index.append(columns.names.index(name))
    columns.usage_row.append(0)


def _add_field(columns: ColumnBuffers, start: int, end: int, field: FieldLine) -> None:
    """Add a field line to the last mapping.

    Raises `ImpossibleValue`, without adding a row, if it cannot belong there: it is a second line
    with this key, or its value has the wrong form.

    The last mapping must be the only one that uses its row of `usage_table`, and that row must
    be the last.
    """
    if not columns.usage_row:
        raise ImpossibleValue("line", "a field line before the first header line")
    row = columns.usage_row[-1] or columns.usage_table.rows
    known = columns.grammar.usage_fields.get(field.key)
    if known is None:
        _add_text(columns.usage_table, row, field, start, end)
    else:
        unit, attribute = known
        _require_first(len(columns.usage_table.numbers.get(attribute, ())), row)
        columns.usage_table.extend_numbers(attribute, row, (_number(field, unit),))
    columns.usage_table.rows = row + 1
    columns.usage_row[-1] = row


def _add_text(table: UsageTable, row: int, field: FieldLine, start: int, end: int) -> None:
    """Add the line from *start* to *end*, which has no number, to a row of the table.

    Raises `ImpossibleValue` for a second line of this form.
    """
    if field.form == "flags":
        _require_first(len(table.flags_index), row)
        table.extend_flags(row, (field.text,))
    elif field.form == "label":
        _require_first(row + (row in table.labels), row)
        table.labels.add(row, start, end)
    else:
        table.extra.add(row, start, end)


def _require_first(filled: int, row: int) -> None:
    if filled > row:
        raise ImpossibleValue("key", "this field occurs twice in one entry")


def _number(field: FieldLine, unit: str) -> int:
    wanted: Form = "size" if unit == "kB" else "count"
    if field.form != wanted:
        kind = "a size in kB" if wanted == "size" else "a number without a unit"
        raise ImpossibleValue("value", f"{field.key.decode()} must be {kind}")
    if field.value >= MISSING:
        limit = (MISSING - 1) // (1024 if wanted == "size" else 1)
        raise ImpossibleValue("value", f"the number must be at most {limit}")
    return field.value
