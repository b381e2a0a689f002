"""The rows of `procmaps show`: one line for each mapping, written a screenful at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

from procmaps.cli.columns import NAME, Column, Layout
from procmaps.cli.elision import elide, width
from procmaps.cli.output import Output
from procmaps.cli.style import HEADING, HOSTILE, glyphs, paint, style_of
from procmaps.printable import escaped, visible
from procmaps.records.mapping import Mapping

Cell = Callable[[Mapping], str]

_SCREENFUL = 64
"""Rows that are written at once: a terminal is flushed after each write."""


def print_rows(out: Output, layout: Layout, rows: Sequence[Mapping], *, wide: bool) -> None:
    """Print the headings and the rows; *wide* prints names in full."""
    write = out.file.write
    titles = (paint(out, _aligned(column, size, column.name), HEADING) for column, size in layout)
    write(f"{'  '.join(titles).rstrip()}\n")
    last = layout[-1][0]
    cells = [
        _name_cell(out, size, wide=wide, padded=column is not last)
        if column is NAME
        else _cell(out, column, size)
        for column, size in layout
    ]
    lines = (f"{'  '.join([cell(row) for cell in cells]).rstrip()}\n" for row in rows)
    while screenful := "".join(islice(lines, _SCREENFUL)):
        write(screenful)


def _aligned(column: Column, size: int, text: str) -> str:
    if column is NAME:
        return text
    return text.rjust(size) if column.right else text.ljust(size)


def _cell(out: Output, column: Column, size: int) -> Cell:
    """Return the function that makes the cells of *column*."""
    text = column.cell
    if not out.is_terminal:
        if column.right:
            return lambda row: text(row).rjust(size)
        return lambda row: text(row).ljust(size)

    def painted(row: Mapping) -> str:
        plain = text(row)
        return paint(out, _aligned(column, size, plain), column.style(plain))

    return painted


def _name_cell(out: Output, room: int, *, wide: bool, padded: bool) -> Cell:
    """Return the function that makes the cells of the name; a name is made once."""
    made: dict[bytes, str] = {}

    def cell(row: Mapping) -> str:
        raw = row.name.raw
        text = made.get(raw)
        if text is None:
            text = made[raw] = _name(out, raw, row.name.kind, None if wide else room)
            if padded:
                free = room - width(escaped(raw))
                text = made[raw] = text + " " * free
        return text

    return cell


def _name(out: Output, raw: bytes, kind: str, room: int | None) -> str:
    if not out.is_terminal and (room is None or len(raw) <= room // 4):
        return visible(raw)
    characters = list(escaped(raw))
    if room is not None:
        characters = list(elide(characters, room, glyphs().more))
    style = style_of(kind)
    text, plain = "", ""
    for character, is_escape in characters:
        if is_escape:
            text += paint(out, plain, style) + paint(out, character, HOSTILE)
            plain = ""
        else:
            plain += character
    return text + paint(out, plain, style)
