"""One picture of `procmaps top` as lines that fit a terminal of any size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from procmaps.cli.elision import elide, fitting, width
from procmaps.cli.process_table import (
    figure_cell,
    size_cell,
    sort_processes,
    total_cells,
    user_cell,
)
from procmaps.cli.style import glyphs
from procmaps.cli.top_view import View
from procmaps.printable import escaped
from procmaps.usage import ProcessMemory, Sample

_GROWTH: Final = "+rss"
_COLUMNS: Final = ("pid", "user", "vss", "rss", _GROWTH, "pss", "uss", "swap", "pswap")
_EXPENDABLE: Final = ("pswap", "vss", "swap", "user", _GROWTH, "uss", "rss", "pid", "pss")
"""The columns that a narrow terminal loses, the first one first. The sorted one goes last."""

_LEAST_NAME: Final = 15
"""The columns that the command needs: the longest one that the kernel keeps (``TASK_COMM_LEN``)."""

_GAP: Final = 2


def screen_text(sample: Sample, view: View, *, columns: int, height: int | None) -> list[str]:
    """Return a line of totals, one of titles, and one for each process that there is room for.

    No line is wider than *columns*. With a *height*, the last line counts the processes without
    room.
    """
    rows = [*sample.processes]
    sort_processes(rows, view.sort, reverse=view.reverse)
    room = len(rows) if height is None else max(0, height - 2)
    shown = rows if len(rows) <= room else rows[: max(0, room - 1)]
    heading = _fitted(_heading(sample, view), columns)
    lines = [heading, *_table(shown, sample, view, columns)]
    if len(shown) < len(rows) and room:
        lines.append(_fitted(f"({len(rows) - len(shown)} more)", columns))
    return lines if height is None else lines[:height]


def _heading(sample: Sample, view: View) -> str:
    (total,) = total_cells(sample.processes, ("pss",), units=view.units)
    shown = len(sample.processes)
    facts = [
        f"{shown} process{'es' * (shown != 1)}",
        f"pss {total}{'' if view.units else ' kB'}",
        *(["paused"] if view.paused else []),  # a narrow terminal cuts the end off
        f"cost {1000 * sample.cost:.0f} ms",
    ]
    if sample.stale:
        facts.append(f"{len(sample.stale)} not read for their cost")
    if sample.oldest >= 1:
        facts.append(f"oldest {sample.oldest:.0f} s")
    return "  ".join(facts)


def _table(rows: Sequence[ProcessMemory], sample: Sample, view: View, columns: int) -> list[str]:
    cells = {
        title: [title, *(_cell(row, title, sample, view) for row in rows)] for title in _COLUMNS
    }
    widths = {title: max(map(len, column)) for title, column in cells.items()}
    kept = _kept(widths, view.sort, columns)
    names: list[str | bytes] = ["command", *(row.command or b"" for row in rows)]
    lines: list[str] = []
    for number, name in enumerate(names):
        left = "".join(f"{cells[title][number]:>{widths[title]}}{'':{_GAP}}" for title in kept)
        lines.append(_fitted(left, columns) + _fitted(name, columns - len(left)))
    return [line.rstrip() for line in lines]


def _kept(widths: dict[str, int], sort: str, columns: int) -> list[str]:
    """Return the columns that leave room for the command."""
    kept = [*_COLUMNS]
    for title in sorted(_EXPENDABLE, key=lambda title: title == sort):
        if sum(widths[each] + _GAP for each in kept) + _LEAST_NAME <= columns:
            break
        kept.remove(title)
    return kept


def _cell(row: ProcessMemory, title: str, sample: Sample, view: View) -> str:
    match title:
        case "pid":
            return str(row.pid)
        case "user":
            return user_cell(row)
        case "+rss":
            growth = sample.growth.get(row.pid, 0)
            sign = "+" if growth > 0 else "-" if growth < 0 else ""
            return sign + size_cell(abs(growth), units=view.units)
        case _:
            return figure_cell(row, title, units=view.units)


def _fitted(text: str | bytes, room: int) -> str:
    """Return as much of *text* as *room* has columns for; a name loses its beginning."""
    if room <= 0:
        return ""
    if isinstance(text, str):
        return text[:room]
    characters = [*escaped(text)]
    shortened = elide(characters, room, glyphs().more)
    # A name keeps some columns in other tables, however narrow the terminal is.
    kept = shortened if width(shortened) <= room else fitting(characters, room)
    return "".join(shown for shown, _ in kept)
