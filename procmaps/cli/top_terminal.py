"""`procmaps top` on a terminal: the whole screen, redrawn, with keys."""

from __future__ import annotations

import os
import select
import sys
import termios
import time
import tty
from collections.abc import Generator
from contextlib import contextmanager

from rich.live import Live
from rich.text import Text

from procmaps.cli.output import Output
from procmaps.cli.style import HEADING
from procmaps.cli.top_screen import screen_text
from procmaps.cli.top_view import View
from procmaps.usage import Sample, Sampler

_TITLES = 1
"""The line with the titles of columns."""


def watch(
    out: Output, sampler: Sampler, view: View, *, delay: float, iterations: int | None
) -> None:
    """Show a picture every *delay* seconds until a key or *iterations* ends it."""
    shown = 0
    with _keys() as keys, Live(console=out.console, screen=True, auto_refresh=False) as live:
        sample = sampler.sample()
        due = time.monotonic() + delay
        while not view.ended:
            live.update(_picture(out, sample, view), refresh=True)
            if key := _wait(keys, due):
                view.press(key)
                continue
            due = time.monotonic() + delay
            shown += 1
            if shown == iterations:
                return
            if not view.paused:
                sample = sampler.sample()


def _picture(out: Output, sample: Sample, view: View) -> Text:
    # The size is asked each time: the window may have changed.
    columns, height = out.console.size
    lines = screen_text(sample, view, columns=columns, height=height)
    text = Text(no_wrap=True, overflow="crop", end="")
    for number, line in enumerate(lines):
        text.append("\n" if number else "").append(line, HEADING if number == _TITLES else "")
    return text


@contextmanager
def _keys() -> Generator[int, None, None]:
    """Let keys be read one by one and not be printed; restore the terminal at the end."""
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    tty.setcbreak(terminal)
    try:
        yield terminal
    finally:
        termios.tcsetattr(terminal, termios.TCSANOW, before)


def _wait(terminal: int, due: float) -> str:
    """Return the key that is pressed before *due*; empty if none is."""
    left = max(0.0, due - time.monotonic())
    ready, _, _ = select.select([terminal], [], [], left)
    if not ready:
        return ""
    # A terminal that was closed has nothing to read, and ends the program.
    return os.read(terminal, 1).decode("latin-1") or "q"
