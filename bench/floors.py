"""What must hold: each a ratio within one run, never a time."""

from __future__ import annotations

from typing import Literal

import attrs

from bench.race import Ratio


@attrs.frozen
class Floor:
    """A ratio, what it may be at worst, and what it means."""

    key: str
    title: str
    limit: float
    better: Literal["below", "above"]

    def holds(self, ratio: Ratio) -> bool:
        """Whether the median keeps to the limit."""
        return ratio.median <= self.limit if self.better == "below" else ratio.median >= self.limit

    @property
    def goal(self) -> str:
        """The limit in words."""
        return f"{'≤' if self.better == 'below' else '≥'} {self.limit:g}"


FLOORS = (
    Floor("columns-maps", "native columns of maps / the kernel printing it", 0.25, "below"),
    Floor("columns-smaps", "native columns of smaps / the kernel printing it", 0.25, "below"),
    Floor("records-maps", "PyPI procmaps (Rust) / every record of maps", 2, "above"),
    Floor("records-smaps", "psutil / every record of smaps", 20, "above"),
    Floor("records-smaps-python", "psutil / the same in pure Python", 4, "above"),
    Floor("query", "reading and parsing maps / one query", 1000, "above"),
    Floor("memory-maps", "peak memory of columns of maps / the text", 1.5, "below"),
    Floor("memory-smaps", "peak memory of columns of smaps / the text", 1.5, "below"),
    Floor("import", "import procmaps / import attrs", 1.5, "below"),
    Floor("growth", "time a mapping, 1,000,000 mappings / 1,000", 1.1, "below"),
)
"""The goals of the project."""
