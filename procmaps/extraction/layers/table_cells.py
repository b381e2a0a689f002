"""Mappings and fields in the cells of a table: Markdown, Jira, CSV, HTML.

Either each column is a cell, or the whole line is one. Cells after the name are other columns of
the table, and no part of the name.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

import attrs

from procmaps.extraction import patterns
from procmaps.extraction.blanks import CELL_END
from procmaps.extraction.field_lines import FLAGS, field_key, find_known_field
from procmaps.extraction.listing_rows import find_weak_row, is_entry
from procmaps.extraction.matches import find_match
from procmaps.extraction.source_lines import SourceLine

_BORDER = b" \t|,;\"'" + CELL_END
"""Characters around the text of a cell."""

_SEPARATOR = re.compile(rb"[|,;" + CELL_END + rb"]")
_BAR = re.compile(rb"[|\x1f]")
_BARS = (b"|", CELL_END)
"""Separators that are also the border of the table."""

NEEDED = _SEPARATOR.search
"""What a text needs before this layer changes a line."""

_MAX_GAP = 64
"""Other lines between two rows of one table, at most: the fields of ``smaps``."""

_MAX_CELLS = 8
"""Cells of a row with a field, at most."""

_MIN_ROWS = 2
"""Rows that show how many columns follow the name, if names may contain the separator."""

_FIELD_KEY = re.compile(
    rb"(?P<before>[ \t>]*+)(?:[|\x1f]?[ \t]{0,16}[0-9]{1,9}[ \t]{0,16}[|\x1f])?"
    rb"[|,;\"'` \t\x1f]*+(?P<key>[A-Z][A-Za-z0-9_]*+):?[\"' \t]*+"
)
_FIRST_BORDER = re.compile(rb"[ \t>]{0,64}\|")
_OPEN_CELL = re.compile(rb"\|[ \t]*\Z")


@attrs.frozen
class _Row:
    """A mapping in a row of a table."""

    before: bytes
    """The text before the row."""
    columns: bytes
    """The columns before the name, as ``maps`` prints them, with a space at the end."""
    separator: bytes
    cells: bytes
    """The name and the cells after it. If they are quoted, only the name."""
    is_quoted: bool = False
    """Whether each cell is in quotation marks."""
    is_of_listing: bool = False
    """Whether it is a row of another program's listing: all of it is in the first cell."""

    @property
    def count(self) -> int:
        """The number of cells."""
        return 1 if self.is_quoted else self.cells.count(self.separator) + 1

    def first_cells(self, count: int) -> bytes:
        """Return the text of the first cells."""
        if count >= self.count:
            return self.cells
        end = -1
        for _ in range(count):
            end = self.cells.index(self.separator, end + 1)
        return self.cells[:end]


@attrs.define
class _Table:
    """The rows of mappings without more than `_MAX_GAP` other lines between them."""

    counts: dict[bytes, int] = attrs.field(factory=dict[bytes, int])
    """The rows that show how many columns follow the name, by separator."""
    fewest: dict[bytes, int] = attrs.field(factory=dict[bytes, int])
    """The cells of the one with the fewest."""

    def add(self, row: _Row) -> None:
        """Add a row. One without any text shows nothing if its separator is a border, too."""
        is_empty = row.separator == b"|" and not row.cells.strip(b"| \t")
        if not row.is_quoted and not is_empty:
            self.counts[row.separator] = self.counts.get(row.separator, 0) + 1
            self.fewest[row.separator] = min(self.fewest.get(row.separator, row.count), row.count)

    def columns_after_name(self, row: _Row) -> int:
        """Return the number of columns after the name: each row has at least these."""
        if row.separator == CELL_END:
            return row.count
        if row.separator != b"|" and self.counts.get(row.separator, 0) < _MIN_ROWS:
            return 0
        return self.fewest.get(row.separator, 1) - 1


@attrs.frozen
class _Part:
    """A line, and what it is in a table."""

    line: SourceLine
    row: _Row | None
    field: bytes
    """The field of ``smaps`` in its cells; empty if there is none."""
    begins_table: bool


def remove(lines: Sequence[SourceLine]) -> Iterable[SourceLine]:
    """Return the lines, with spaces between the columns of a mapping and the parts of a field."""
    tables: list[_Table] = [_Table()]
    has_any = False
    for part in _parts(lines):
        if part.begins_table:
            tables.append(_Table())
        if part.row:
            tables[-1].add(part.row)
        has_any = has_any or part.row is not None or bool(part.field)
    return _rewritten(lines, tables) if has_any else lines


def _rewritten(lines: Iterable[SourceLine], tables: Iterable[_Table]) -> Iterator[SourceLine]:
    """Yield the lines, with those of *tables* as lines of ``maps`` and ``smaps``."""
    following = iter(tables)
    table = next(following)
    for part in _parts(lines):
        if part.begins_table:
            table = next(following)
        if part.row:
            yield _without_cells(part.line, part.row, table.columns_after_name(part.row))
        elif part.field:
            yield part.line.with_text(part.field, "cells", part.line.text)
        else:
            yield part.line


def _parts(lines: Iterable[SourceLine]) -> Iterator[_Part]:
    """Yield each line with what it is in a table."""
    last = -_MAX_GAP
    for index, line in enumerate(lines):
        row = _row(line.text) or _row_of_one_cell(line)
        is_near = index - last <= _MAX_GAP
        field = b"" if row else _field(line.text, in_table=is_near)
        if row or field:
            last = index
        yield _Part(line, row, field, begins_table=row is not None and not is_near)


def _row(text: bytes) -> _Row | None:
    """Return the mapping whose columns are the cells of a row, or None."""
    found = patterns.table_row().search(text)
    separator = _SEPARATOR.search(text, found.start()) if found else None
    if not found or not separator:
        return None
    parts = patterns.captured(found)
    rest = parts.get("NAME", b"")
    columns = b"%b-%b %b %b %b:%b %b " % tuple(parts[key] for key in patterns.COLUMNS)
    before = text[: found.start()].strip(_BORDER)
    quote = text[: len(text) - len(rest)][-1:]
    if rest and quote in (b'"', b"'") and separator[0] not in _BARS:
        cell = _quoted_cell(rest, quote)
        return _Row(before, columns, separator[0], cell, is_quoted=True)
    return _Row(before, columns, separator[0], _cells(rest, separator[0]))


def _cells(rest: bytes, separator: bytes) -> bytes:
    """Return the cells of the text after the inode. The border of the table is none of them."""
    if separator in _BARS:
        rest = rest.rstrip(b" \t")
        rest = rest.removesuffix(separator)
    return rest


def _quoted_cell(rest: bytes, quote: bytes) -> bytes:
    """Return the text of a cell of CSV up to its closing quotation mark; two of them are one."""
    inner = rb"(?:[^%b]|%b|%b(?![ \t]*(?:[,;]|\Z)))*+" % (quote, quote * 2, quote)
    cell = re.match(inner, rest)
    return cell[0].replace(quote * 2, quote) if cell else rest


def _row_of_one_cell(line: SourceLine) -> _Row | None:
    """Return the mapping that is one cell of a row, or None. The row has a border at each end."""
    text, match = line.text, line.match
    if CELL_END in text:
        separator = CELL_END
    elif text.rstrip(b" \t").endswith(b"|") and (
        _FIRST_BORDER.match(text) or (match and _OPEN_CELL.search(line.prefix))
    ):
        separator = b"|"
    else:
        return None
    begin = 0
    for cell in text.split(separator, _MAX_CELLS):
        end = begin + len(cell)
        if not match or match.column < end:
            found = find_match(cell) or find_match(cell.rstrip(b" \t"))
            if found and not found.is_row:
                rest = found.name or found.tail
                before = text[: begin + found.column].strip(_BORDER)
                columns = cell[found.column :].removesuffix(rest)
                return _Row(before, columns, separator, _cells(text[end - len(rest) :], separator))
            if found or find_weak_row(cell) or is_entry(cell):
                begin += found.column if found else 0
                before = text[:begin].strip(_BORDER)
                cells = _cells(text[begin:], separator)
                return _Row(before, b"", separator, cells, is_of_listing=True)
            if match:
                break
        begin = end + 1
    return None


def _without_cells(line: SourceLine, row: _Row, extra: int) -> SourceLine:
    """Return the row in *line* as a line of ``maps``; *extra* columns follow the name."""
    name = row.first_cells(max(row.count - extra, 1)).strip(b" \t")
    space = b"" if row.is_of_listing else b" "
    columns = row.columns if name else row.columns.rstrip(b" \t") + space
    changed = _with_parts(line, row.before, columns + name)
    if row.separator in _BARS and row.separator in name:
        # Another row with fewer cells may be damaged.
        return changed.with_doubt("remark", name[name.index(row.separator) :])
    return changed


def _with_parts(line: SourceLine, before: bytes, content: bytes) -> SourceLine:
    """Return the line with only two parts of its text, and a blank between them."""
    text = line.text
    bare = content.rstrip(b" ")
    begin = text.find(before)
    at = text.find(bare, begin + len(before))
    if begin < 0 or at < 0:
        # The columns were cells.
        return line.with_text(before + b" " * bool(before) + content, "cells", text)
    edits = [
        (0, begin, b""),
        (begin + len(before), at, b" " * bool(before)),
        (at + len(bare), len(text), content[len(bare) :]),
    ]
    return line.edited(edits).with_repair("cells", text)


def _field(text: bytes, *, in_table: bool) -> bytes:
    """Return the field of ``smaps`` in the cells of a row, or an empty text.

    Outside a table of mappings, its key must be in a cell of its own and be known.
    """
    key = _FIELD_KEY.match(text)
    if not key:
        return b""
    if whole := _field_of_one_cell(text, key, in_table=in_table):
        return whole
    separator = _SEPARATOR.search(text, key.end())
    if not separator or not (in_table or separator.start() == key.end()):
        return b""
    cells = text[key.end() :].split(separator[0], _MAX_CELLS)
    values = [cell.strip(b" \t\"'`") for cell in cells]
    if key["key"] == b"VmFlags":
        values = [*itertools.takewhile(FLAGS.fullmatch, values)]
    for count in range(len(values), 0, -1):
        field = b" ".join((key["key"] + b":", *filter(None, values[:count])))
        known = find_known_field(field)
        if (known and known.start() == 0) or (in_table and field_key(field, above=b"Size")):
            return key["before"] + field
    return b""


def _field_of_one_cell(text: bytes, key: re.Match[bytes], *, in_table: bool) -> bytes:
    """Return the field that is one cell of a row of a table, or an empty text."""
    begin = key.start("key")
    border = _BAR.search(text, begin)
    field = text[begin : border.start() if border else len(text)].rstrip(b" \t`")
    has_value = not field.endswith((b":", key["key"]))
    has_cells = in_table and has_value and (border or _BAR.search(text, 0, begin))
    return key["before"] + field if has_cells and field_key(field, above=b"Size") else b""
