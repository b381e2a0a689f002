"""The goals: each is a ratio within one run, never a time."""

from __future__ import annotations

from typing import Literal

import attrs

from bench.race import Ratio


@attrs.frozen
class Goal:
    """A measured ratio, and the limit that it must keep to."""

    key: str
    title: str
    limit: float
    bound: Literal["at most", "at least"]

    def is_met(self, ratio: Ratio) -> bool:
        """Whether the median keeps to the limit."""
        if self.bound == "at most":
            return ratio.median <= self.limit
        return ratio.median >= self.limit

    @property
    def text(self) -> str:
        """The limit as the tables print it, such as "≤ 0.25"."""
        return f"{'≤' if self.bound == 'at most' else '≥'} {self.limit:g}"


GOALS = (
    Goal("columns-maps", "native columns of maps / the kernel printing it", 0.25, "at most"),
    Goal("columns-smaps", "native columns of smaps / the kernel printing it", 0.25, "at most"),
    Goal("records-maps", "PyPI procmaps (Rust) / every record of maps", 2, "at least"),
    Goal("records-smaps", "psutil / every record of smaps", 20, "at least"),
    Goal("records-smaps-python", "psutil / every record of smaps, pure Python", 4, "at least"),
    Goal("query", "reading and parsing maps / one query", 1000, "at least"),
    Goal("memory-maps", "peak memory of columns of maps / the text", 1.5, "at most"),
    Goal("memory-smaps", "peak memory of columns of smaps / the text", 1.5, "at most"),
    Goal("first-loads", "import procmaps and the first loads() / import attrs", 1.25, "at most"),
    Goal("growth", "time per mapping, 1,000,000 mappings / 1,000", 1.1, "at most"),
)

WITHOUT_GOAL = {
    "records-maps-python": "PyPI procmaps (Rust) / every record of maps, pure Python",
    "records-maps-and-attributes": (
        "PyPI procmaps (Rust), every attribute read / every record of maps"
    ),
    "records-smaps-from-memory": "psutil / every record of smaps, text already in memory",
    "records-smaps-and-usage": "psutil / every record of smaps, with each Usage",
}
"""Titles of the other ratios that a run measures."""
