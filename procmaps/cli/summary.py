"""The sums by kind of mapping, with bars."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import attrs
from rich.console import Console
from rich.text import Text

from procmaps.cli.columns import COLUMNS, USED
from procmaps.cli.style import HEADING, glyphs, print_line, size_text, style_of
from procmaps.records.mapping import Mapping

_WIDEST_BAR = 24
_SHORTEST_BAR = 4


@attrs.define
class _Sum:
    kind: str
    count: int = 0
    size: int = 0
    used: dict[str, int] = attrs.field(factory=dict[str, int])

    def add(self, row: Mapping, used: Iterable[str]) -> None:
        self.count += 1
        self.size += row.size
        for name in used:
            self.used[name] = self.used.get(name, 0) + (COLUMNS[name].key(row) or 0)


def print_summary(out: Console, rows: Sequence[Mapping], *, has_usage: bool) -> None:
    """Print one line for each kind, the largest first, then the total."""
    used = [name for name in USED if has_usage and not COLUMNS[name].is_empty(rows)]
    sums = list(_sums(rows, used))
    total = sums[-1]
    titles = ["kind", "count", "size", *used]
    table = [
        [each.kind, f"{each.count:,}", size_text(each.size)]
        + [size_text(each.used[name]) for name in used]
        for each in sums
    ]
    widths = [max(map(len, column)) for column in zip(titles, *table, strict=True)]
    longest = min(_WIDEST_BAR, out.width - sum(widths) - 2 * len(widths))
    whole = _compared(total)
    print_line(out, _line(titles, widths, HEADING))
    for each, cells in zip(sums, table, strict=True):
        is_total = each is total
        line = _line(cells, widths, HEADING if is_total else style_of(each.kind))
        if whole and not is_total and longest >= _SHORTEST_BAR:
            length = round(longest * _compared(each) / whole)
            line.append("  ").append(glyphs().bar * length, style_of(each.kind))
        line.rstrip()
        print_line(out, line)


def _compared(each: _Sum) -> int:
    """Return what the bars and the order compare: memory in use, or the size without smaps."""
    return each.used.get("rss", each.size)


def _sums(rows: Iterable[Mapping], used: Iterable[str]) -> Iterator[_Sum]:
    sums: dict[str, _Sum] = {}
    total = _Sum("total")
    for row in rows:
        kind = row.name.kind
        for each in (sums.setdefault(kind, _Sum(kind)), total):
            each.add(row, used)
    yield from sorted(sums.values(), key=lambda each: (-_compared(each), each.kind))
    yield total


def _line(cells: Sequence[str], widths: Sequence[int], style: str) -> Text:
    first, *rest = cells
    line = Text(first.ljust(widths[0]), style)
    for cell, size in zip(rest, widths[1:], strict=True):
        line.append("  " + cell.rjust(size), HEADING if style == HEADING else "default")
    return line
