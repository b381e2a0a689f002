"""A progress line on a terminal."""

import sys
import time
from typing import Self

from attrs import define, field

# Seconds between two changes of the line.
_PAUSE = 0.1


@define
class Progress:
    """Counts the steps of long work, as a context manager. Prints only to a terminal."""

    what: str
    steps: int = 0
    _started: float = field(factory=time.monotonic)
    _shown: float = 0.0

    def step(self, doing: str = "") -> None:
        """Count one step and show it; *doing* describes it."""
        self.steps += 1
        now = time.monotonic()
        if sys.stderr.isatty() and now - self._shown > _PAUSE:
            self._shown = now
            text = f"{self.what}: {self.steps} steps, {now - self._started:.0f} s  {doing}"
            sys.stderr.write(f"\r\x1b[K{text[:100]}")
            sys.stderr.flush()

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
