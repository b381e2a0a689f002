"""Where a command prints to: `Output`, which needs rich only on a terminal."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TextIO

from procmaps._cached_property import cached_property

if TYPE_CHECKING:
    from rich.console import Console

UNLIMITED = 10**6
"""The width where there is no terminal: whoever filters lines wants them whole."""

_FORCING = ("FORCE_COLOR", "TTY_COMPATIBLE")
"""Environment variables by which rich takes any stream for a terminal."""


class Output:
    """Standard output or standard error. Only a terminal has a width and colours."""

    def __init__(self, file: TextIO) -> None:
        self.file = file

    @cached_property
    def console(self) -> Console:
        """The same for rich."""
        from rich.console import Console  # noqa: PLC0415 - needed only on a terminal

        width = None if self.file.isatty() or "COLUMNS" in os.environ else UNLIMITED
        return Console(file=self.file, width=width, highlight=False, markup=False, emoji=False)

    @cached_property
    def is_terminal(self) -> bool:
        """Whether colours are printed."""
        may_be = self.file.isatty() or any(name in os.environ for name in _FORCING)
        return may_be and self.console.is_terminal

    @cached_property
    def width(self) -> int:
        """The columns of the terminal, or `UNLIMITED`. ``COLUMNS`` overrides both."""
        if (columns := os.environ.get("COLUMNS", "")).isdecimal():
            return int(columns)
        return self.console.width if self.is_terminal or columns else UNLIMITED
