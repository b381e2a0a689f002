"""Read lines in order, with a look at those that follow."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from procmaps.extraction.source_lines import SourceLine


class Lookahead(Iterator[SourceLine]):
    """An iterator over lines that can show the next one before it is taken."""

    def __init__(self, lines: Iterable[SourceLine]) -> None:
        self._lines = iter(lines)
        self._shown: deque[SourceLine] = deque()

    def __next__(self) -> SourceLine:
        return self._shown.popleft() if self._shown else next(self._lines)

    def next_line(self) -> SourceLine | None:
        """Return the line that is taken next, or None after the last one."""
        if not self._shown:
            self._shown.extend(line for line in [next(self._lines, None)] if line)
        return self._shown[0] if self._shown else None
