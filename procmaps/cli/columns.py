"""The columns of the table of `procmaps show`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import attrs

from procmaps.cli.style import FAINT, glyphs, style_of
from procmaps.json_format import USAGE_NUMBERS, USAGE_SIZES
from procmaps.printable import size_text, visible
from procmaps.records.mapping import Mapping

_SIZE_WIDTH: Final = 4
"""The width of `size_text` for every size of less than 1000 EiB."""


def _no_style(text: str) -> str:
    del text
    return ""


@attrs.frozen
class Column:
    """A column: what it shows of a mapping, and how rows are sorted by it."""

    name: str
    """Its heading, and its name for ``--columns`` and ``--sort``."""
    key: Callable[[Mapping], Any]
    """The value to sort by; None is possible."""
    cell: Callable[[Mapping], str]
    right: bool = False
    """Whether cells are aligned to the right."""
    largest_first: bool = False
    """Whether rows are sorted by it in descending order."""
    fixed: int = 0
    """The width that no cell exceeds; 0 if there is no such width."""
    measure: Callable[[Mapping], int] | None = None
    """A number that is largest for the widest cell; None if each cell must be looked at."""
    style: Callable[[str], str] = _no_style
    """The style of a cell, by its text."""

    def width(self, rows: Iterable[Mapping]) -> int:
        """Return the width of the heading or of the widest cell."""
        if self.fixed:
            widest = self.fixed
        elif self.measure:
            row = max(rows, key=self.measure, default=None)
            widest = 0 if row is None else len(self.cell(row))
        else:
            widest = max(map(len, set(map(self.cell, rows))), default=0)
        return max(len(self.name), widest)

    def is_empty(self, rows: Iterable[Mapping]) -> bool:
        """Return whether no row has a value."""
        return all(self.key(row) is None for row in rows)


def _perms_style(text: str) -> str:
    if text[1:3] == "wx":
        return "bold red"
    return "bold" if text[2:3] == "x" else ""


def _nothing_style(text: str) -> str:
    return FAINT if text == glyphs().nothing else ""


def _usage(attribute: str) -> Callable[[Mapping], int | None]:
    return lambda row: None if row.usage is None else getattr(row.usage, attribute)


def _usage_column(attribute: str) -> Column:
    value = _usage(attribute)
    if attribute == "uss" or attribute in USAGE_SIZES:
        return Column(
            attribute,
            value,
            lambda row: size_text(value(row)),
            right=True,
            largest_first=True,
            fixed=_SIZE_WIDTH,
        )

    def cell(row: Mapping) -> str:
        number = value(row)
        return "" if number is None else str(number)

    return Column(attribute, value, cell, right=True, largest_first=True)


def _flags(row: Mapping) -> str | None:
    flags = None if row.usage is None else row.usage.vm_flags
    return None if flags is None else " ".join(map(visible, flags))


def _offset(row: Mapping) -> str:
    return f"{row.offset:x}" if row.offset else glyphs().nothing


def _device(row: Mapping) -> str:
    return str(row.device) if row.inode else glyphs().nothing


def _inode(row: Mapping) -> str:
    return str(row.inode) if row.inode else glyphs().nothing


NAME: Final = Column("name", lambda row: row.name.raw, lambda row: visible(row.name.raw))

_COLUMNS: Final = (
    Column(
        "address",
        lambda row: row.end,
        lambda row: f"{row.start:08x}-{row.end:08x}",
        measure=lambda row: row.end,
    ),
    Column(
        "start",
        lambda row: row.start,
        lambda row: f"{row.start:08x}",
        measure=lambda row: row.start,
    ),
    Column("end", lambda row: row.end, lambda row: f"{row.end:08x}", measure=lambda row: row.end),
    Column(
        "size",
        lambda row: row.size,
        lambda row: size_text(row.size),
        right=True,
        largest_first=True,
        fixed=_SIZE_WIDTH,
    ),
    Column(
        "perms",
        lambda row: str(row.perms),
        lambda row: str(row.perms),
        fixed=4,
        style=_perms_style,
    ),
    Column(
        "offset",
        lambda row: row.offset,
        _offset,
        right=True,
        measure=lambda row: row.offset,
        style=_nothing_style,
    ),
    Column("dev", lambda row: str(row.device), _device, style=_nothing_style),
    Column(
        "inode",
        lambda row: row.inode,
        _inode,
        right=True,
        measure=lambda row: row.inode,
        style=_nothing_style,
    ),
    Column("kind", lambda row: row.name.kind, lambda row: row.name.kind, style=style_of),
    NAME,
    *(_usage_column(attribute) for attribute in USAGE_NUMBERS if attribute != "size"),
    _usage_column("uss"),
    Column("vm_flags", _flags, lambda row: _flags(row) or ""),
)

COLUMNS: Final = {column.name: column for column in _COLUMNS}
"""Every column by its name. The smaps field ``size`` is left to the size of the range."""

USED: Final = ("rss", "pss", "uss")
"""The smaps columns that are shown unless others are asked for."""

_DEFAULT: Final = ("address", "size", *USED, "perms", "offset", "dev", "inode", "name")

_DROPPED_FIRST: Final = ("inode", "dev", "offset", "uss", "pss")
"""The columns that a narrow terminal does without, in this order."""

_KERNEL_HALF = 1 << 63
"""The lowest address of the kernel on 64-bit machines."""

_LEAST_NAME: Final = 20
"""Characters that the name has before a narrow terminal drops columns."""

Layout = list[tuple[Column, int]]
"""Columns from left to right, each with its width. The width of the name is what is left."""


def default_layout(rows: Sequence[Mapping], width: int, *, has_usage: bool) -> Layout:
    """Return the columns that leave enough of *width* for names."""
    chosen = [
        COLUMNS[name]
        for name in _DEFAULT
        if name not in USED or (has_usage and not COLUMNS[name].is_empty(rows))
    ]
    widths = {column.name: column.width(rows) for column in chosen if column is not NAME}
    if width - _taken(widths.values()) < _LEAST_NAME:
        # [vsyscall] alone has 16 digits; its line may be longer than the others.
        low = (row for row in rows if row.end < _KERNEL_HALF)
        widths["address"] = COLUMNS["address"].width(low)
    for name in _DROPPED_FIRST:
        if width - _taken(widths.values()) >= _LEAST_NAME:
            break
        widths.pop(name, None)
    left = width - _taken(widths.values())
    return [*((COLUMNS[name], widths[name]) for name in widths), (NAME, left)]


def layout(names: Iterable[str], rows: Sequence[Mapping], width: int) -> Layout:
    """Return the columns called *names*, all of them, in this order."""
    chosen = [COLUMNS[name] for name in names]
    widths = [0 if column is NAME else column.width(rows) for column in chosen]
    left = width - _taken(each for each in widths if each)
    return [
        (column, left if column is NAME else each)
        for column, each in zip(chosen, widths, strict=True)
    ]


def _taken(widths: Iterable[int]) -> int:
    """Return what columns take up, with two spaces after each."""
    return sum(each + 2 for each in widths)
