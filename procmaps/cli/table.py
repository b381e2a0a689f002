"""The table of `procmaps show`: one line a mapping, then the sums by kind, then the problems."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import attrs
from rich.console import Console
from rich.text import Text

from procmaps.cli.style import (
    FAINT,
    HEADING,
    count,
    glyphs,
    name_text,
    perms_text,
    print_line,
    size_text,
    style_of,
)
from procmaps.cli.style import console as console_of
from procmaps.formats.dialects import LINUX
from procmaps.records.mapping import Mapping
from procmaps.records.names import Unnamed
from procmaps.snapshots.hints import for_command_line
from procmaps.snapshots.snapshot import Snapshot

_ROOM_FOR_FILES = 100
"""Columns of a terminal from which offset, device and inode are shown too."""

_LEAST_NAME = 16
"""Columns that a name has at least before it goes on in the next line."""


@attrs.frozen
class _Column:
    title: str
    cell: Callable[[Mapping], Text]
    right: bool = False


def _size(title: str, of: Callable[[Mapping], int | None]) -> _Column:
    return _Column(title, lambda row: Text(size_text(of(row))), right=True)


def _used(attribute: str) -> Callable[[Mapping], int | None]:
    return lambda row: None if row.usage is None else getattr(row.usage, attribute)


_ADDRESS = _Column("address", lambda row: Text(f"{row.start:08x}-{row.end:08x}"))
_PERMS = _Column("perms", lambda row: perms_text(row.perms))
_SIZE = _size("size", lambda row: row.size)


def _unless_nothing(value: int, text: str) -> Text:
    return Text(text if value else glyphs().nothing, FAINT)


_FILE = (
    _Column("offset", lambda row: _unless_nothing(row.offset, f"{row.offset:x}"), right=True),
    _Column("dev", lambda row: _unless_nothing(row.inode, str(row.device))),
    _Column("inode", lambda row: _unless_nothing(row.inode, str(row.inode)), right=True),
)
_USE = {
    "rss": _size("rss", _used("rss")),
    "pss": _size("pss", _used("pss")),
    "uss": _size("uss", _used("uss")),
}


def show(
    console: Console, snapshot: Snapshot, rows: Sequence[Mapping], *, only_summary: bool
) -> None:
    """Print it all: head line, table, sums by kind, problems."""
    _print_head(console, snapshot)
    if rows:
        use = [name for name in _USE if any(_used(name)(row) is not None for row in rows)]
        if not only_summary:
            files = _FILE if console.width >= _ROOM_FOR_FILES else ()
            columns = (_ADDRESS, _SIZE, *(_USE[name] for name in use), _PERMS, *files)
            _print_rows(console, columns, rows)
        _print_summary(console, rows, use)
    _print_problems(snapshot)


def _print_head(console: Console, snapshot: Snapshot) -> None:
    text = Text.assemble(
        (snapshot.kind, HEADING), "  ", f"{count(len(snapshot), 'mapping')}",
        (f"  format: {_dialect(snapshot)}", FAINT),
    )  # fmt: skip
    print_line(console, text)


def _dialect(snapshot: Snapshot) -> str:
    """Return the dialect, with the reason unless it is plain Linux."""
    dialect = snapshot.dialect
    return dialect.name if dialect.name == LINUX.name else f"{dialect} ({dialect.reason})"


def _print_rows(console: Console, columns: Sequence[_Column], rows: Sequence[Mapping]) -> None:
    widths = [
        max(len(column.title), *(column.cell(row).cell_len for row in rows)) for column in columns
    ]
    titles = [Text(column.title, HEADING) for column in columns]
    left = sum(widths) + 2 * len(widths)
    print_line(console)
    print_line(console, _line(titles, columns, widths).append("name", HEADING))
    room = max(_LEAST_NAME, console.width - left)
    for row in rows:
        cells = [column.cell(row) for column in columns]
        line = _line(cells, columns, widths)
        name = _name(row)
        pieces = name.divide(range(room, len(name), room)) if len(name) > room else [name]
        for at, piece in enumerate(pieces):
            start = line if at == 0 else Text(" " * left)
            start.append_text(piece).rstrip()
            print_line(console, start)


def _line(cells: Iterable[Text], columns: Iterable[_Column], widths: Iterable[int]) -> Text:
    line = Text()
    for cell, column, width in zip(cells, columns, widths, strict=True):
        space = " " * (width - cell.cell_len)
        if column.right:
            line.append(space).append_text(cell).append("  ")
        else:
            line.append_text(cell).append(space + "  ")
    return line


def _name(row: Mapping) -> Text:
    if isinstance(row.name, Unnamed):
        return Text("")
    return name_text(row.name.raw, style_of(row.name.kind))


@attrs.define
class _Sum:
    kind: str
    count: int = 0
    size: int = 0
    used: dict[str, int] = attrs.field(factory=dict[str, int])

    def add(self, row: Mapping, use: Iterable[str]) -> None:
        self.count += 1
        self.size += row.size
        for name in use:
            self.used[name] = self.used.get(name, 0) + (_used(name)(row) or 0)


def _sums(rows: Iterable[Mapping], use: Iterable[str]) -> Iterator[_Sum]:
    """One sum a kind, the largest first, by what is in memory or else by size; then the total."""
    sums: dict[str, _Sum] = {}
    total = _Sum("total")
    for row in rows:
        kind = row.name.kind
        for each in (sums.setdefault(kind, _Sum(kind)), total):
            each.add(row, use)
    yield from sorted(sums.values(), key=lambda each: (-each.used.get("rss", each.size), each.kind))
    yield total


_BAR = 24


def _print_summary(console: Console, rows: Sequence[Mapping], use: Sequence[str]) -> None:
    sums = list(_sums(rows, use))
    total = sums[-1]

    def of(each: _Sum) -> int:
        """What the bars compare: what is in memory, where that is known."""
        return each.used.get("rss", 0) if use else each.size

    whole = of(total)
    titles = ["kind", "count", "size", *use]
    table = [
        [each.kind, f"{each.count:,}", size_text(each.size)]
        + [size_text(each.used[name]) for name in use]
        for each in sums
    ]
    widths = [max(map(len, column)) for column in zip(titles, *table, strict=True)]
    print_line(console)
    print_line(console, _summary_line(titles, widths, HEADING))
    for each, cells in zip(sums, table, strict=True):
        last = each is total
        line = _summary_line(cells, widths, HEADING if last else style_of(each.kind))
        if not last and whole:
            filled = round(_BAR * of(each) / whole)
            line.append("  ").append(glyphs().bar * filled, style_of(each.kind))
        print_line(console, line)


def _summary_line(cells: Sequence[str], widths: Sequence[int], style: str) -> Text:
    first, *rest = cells
    line = Text(first.ljust(widths[0]), style)
    for cell, width in zip(rest, widths[1:], strict=True):
        line.append("  " + cell.rjust(width), HEADING if style == HEADING else "default")
    return line


def _print_problems(snapshot: Snapshot) -> None:
    """On standard error: what is wrong with the text, nothing of which is in the table."""
    if not snapshot.problems:
        return
    err = console_of(err=True)
    print_line(err, Text(f"\n{count(len(snapshot.problems), 'problem')}", "bold red"))
    for problem in snapshot.problems:
        error = problem.error
        print_line(err, Text(str(for_command_line(error)) if error else problem.message))
