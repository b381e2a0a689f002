"""A spinner on standard error while something takes long, if that is a terminal."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager

from procmaps.cli.style import console

_PATIENCE = 0.5
"""Seconds before the spinner appears."""


@contextmanager
def busy(what: str) -> Generator[None, None, None]:
    """Show *what* is being done until the block ends. Nothing may be printed in the block."""
    err = console(err=True)
    if not err.is_terminal:
        yield
        return
    from rich.status import Status  # noqa: PLC0415 - needed only on a terminal
    from rich.text import Text  # noqa: PLC0415

    status = Status(Text(f"{what} ..."), console=err.console)
    timer = threading.Timer(_PATIENCE, status.start)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        status.stop()
