"""The columns of a table of processes, for ``procmaps ps`` and ``procmaps top``."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Final

from procmaps.cli.errors import CliError
from procmaps.cli.group_table import AT_LEAST, REFUSED
from procmaps.cli.inputs import is_process, shown
from procmaps.cli.style import glyphs
from procmaps.cli.user_names import user_name
from procmaps.printable import size_text
from procmaps.usage import ProcessMemory

_KB: Final = 1024


def _of_usage(attribute: str) -> Callable[[ProcessMemory], int | None]:
    return lambda process: getattr(process.usage, attribute, None)


FIGURES: Final[dict[str, Callable[[ProcessMemory], int | None]]] = {
    "vss": lambda process: process.size,
    "rss": lambda process: process.rss,
    "pss": _of_usage("pss"),
    "uss": _of_usage("uss"),
    "swap": lambda process: process.swap,
    "pswap": _of_usage("swap_pss"),
}
"""The columns of sizes; the names are those of Android's procrank."""

SORTS: Final = (*FIGURES, "pid", "user", "command")
"""The columns by which a table can be sorted."""


def sort_processes(rows: list[ProcessMemory], column: str, *, reverse: bool = False) -> None:
    """Sort *rows*: sizes from the largest, other columns from the lowest; those without last."""
    rows.sort(key=_key(column), reverse=reverse is (column not in FIGURES))
    rows.sort(key=lambda each: _value(each, column) is None)


def _value(process: ProcessMemory, column: str) -> int | bytes | None:
    if column in FIGURES:
        return FIGURES[column](process)
    value: int | bytes | None = getattr(process, column)
    return value


def _key(column: str) -> Callable[[ProcessMemory], tuple[int, bytes]]:
    def key(process: ProcessMemory) -> tuple[int, bytes]:
        value = _value(process, column)
        return (0, value) if isinstance(value, bytes) else (value or 0, b"")

    return key


def size_cell(value: int, *, units: bool) -> str:
    """Return a size in kB, or with its unit."""
    return size_text(value) if units else str(value // _KB)


def figure_cell(process: ProcessMemory, column: str, *, units: bool) -> str:
    """Return a figure; `REFUSED` or a dot if there is none."""
    value = FIGURES[column](process)
    if value is None:
        return REFUSED if process.refused else glyphs().nothing
    return size_cell(value, units=units)


def total_cells(rows: Sequence[ProcessMemory], columns: Sequence[str], *, units: bool) -> list[str]:
    """Return the sums; a figure that no process has is absent, one that some lack is marked."""
    cells: list[str] = []
    for column in columns:
        values = [value for each in rows if (value := FIGURES[column](each)) is not None]
        text = size_cell(sum(values), units=units) if values else glyphs().nothing
        cells.append(text + AT_LEAST if 0 < len(values) < len(rows) else text)
    return cells


def user_cell(process: ProcessMemory) -> str:
    """Return the name of the user, or a dot."""
    return glyphs().nothing if process.user is None else user_name(process.user)


def pid_of(text: str) -> int:
    """Return the process that the user named. Raises `CliError` for what is no process ID."""
    if not is_process(text):
        raise CliError(f"{shown(text)} is not a process ID")
    return os.getpid() if text == "self" else int(text)
