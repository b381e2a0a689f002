"""The sums by kind of mapping, with bars."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from procmaps.cli.output import Output
from procmaps.cli.style import HEADING, Line, glyphs, print_line, style_of
from procmaps.printable import size_text
from procmaps.snapshots.snapshot import Snapshot

if TYPE_CHECKING:
    from procmaps.records.mapping import Mapping


_WIDEST_BAR = 24
_SHORTEST_BAR = 4


class _Sum:
    def __init__(self, kind: str, used: Sequence[str]) -> None:
        self.kind = kind
        self.count = 0
        self.size = 0
        self.used = dict.fromkeys(used, 0)

    def add(self, size: int, used: Iterable[int]) -> None:
        self.count += 1
        self.size += size
        for name, number in zip(self.used, used, strict=True):
            self.used[name] += number


def print_summary(out: Output, rows: Sequence[Mapping], *, has_usage: bool) -> None:
    """Print one line for each kind, the largest first, then the total.

    If *rows* is a whole snapshot of maps, no record is made.
    """
    used, values = _used_columns(rows) if has_usage else ([], [])
    pairs: Iterable[tuple[str, int, list[int]]]
    if isinstance(rows, Snapshot) and not has_usage:
        pairs = ((kind, size, []) for kind, size in rows.kinds_and_sizes())
    else:
        pairs = ((row.name.kind, row.size, [value(row) for value in values]) for row in rows)
    sums = list(_sums(pairs, used))
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
        length = round(longest * _compared(each) / whole) if whole and not is_total else 0
        if length and longest >= _SHORTEST_BAR:
            line += [("  ", ""), (glyphs().bar * length, style_of(each.kind))]
        print_line(out, line)


def _used_columns(
    rows: Sequence[Mapping],
) -> tuple[list[str], list[Callable[[Mapping], int]]]:
    """Return the names of the columns of memory in use that have a value, and how to get it."""
    from procmaps.cli.columns import COLUMNS, USED  # noqa: PLC0415 - slow to import

    names = [name for name in USED if not COLUMNS[name].is_empty(rows)]
    return names, [_or_zero(COLUMNS[name].key) for name in names]


def _or_zero(key: Callable[[Mapping], int | None]) -> Callable[[Mapping], int]:
    return lambda row: key(row) or 0


def _compared(each: _Sum) -> int:
    """Return what the bars and the order compare: memory in use, or the size without smaps."""
    return each.used.get("rss", each.size)


def _sums(rows: Iterable[tuple[str, int, Iterable[int]]], used: Sequence[str]) -> Iterator[_Sum]:
    """Yield the sum of each kind, the largest first, then the total."""
    sums: dict[str, _Sum] = {}
    total = _Sum("total", used)
    for kind, size, numbers in rows:
        for each in (sums.setdefault(kind, _Sum(kind, used)), total):
            each.add(size, numbers)
    yield from sorted(sums.values(), key=lambda each: (-_compared(each), each.kind))
    yield total


def _line(cells: Sequence[str], widths: Sequence[int], style: str) -> Line:
    first, *rest = cells
    other = HEADING if style == HEADING else "default"
    padded = zip(rest, widths[1:], strict=True)
    return [(first.ljust(widths[0]), style)] + [
        ("  " + cell.rjust(size), other) for cell, size in padded
    ]
