"""Progress of ``procmaps check`` on a terminal, and the end of an interrupted run."""

from __future__ import annotations

import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from procmaps.check.end_signals import EndedBySignal
from procmaps.cli.errors import CliError

Advance = Callable[[], None]
"""Called after each step."""


class Interrupted(CliError):
    """A run that Ctrl-C or another signal ended. The exit code is the one that shells use."""

    def __init__(self, end: EndedBySignal, done: str) -> None:
        super().__init__(f"{end} after {done}")
        self.exit_code = end.status  # type: ignore[misc] # click reads it from the instance


@contextmanager
def progress(title: str, total: int | None) -> Generator[Advance, None, None]:
    """Show a bar on standard error if that is a terminal.

    Ignores SIGPIPE until the block ends: an adapter need not read its standard input.
    """
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=console, transient=True, disable=not console.is_terminal,
    )  # fmt: skip
    task = bar.add_task(title, total=total)
    before = signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    try:
        with bar:
            yield lambda: bar.advance(task)
    finally:
        signal.signal(signal.SIGPIPE, before)
