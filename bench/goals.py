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
    Goal("records-maps-and-rust", "every record of maps / procfs-core (Rust)", 0.8, "at most"),
    Goal(
        "records-usage-and-rust",
        "every record of smaps with its usage / procfs-core (Rust)",
        0.1,
        "at most",
    ),
    Goal(
        "records-python-and-pypi",
        "every record of maps, pure Python / PyPI procmaps (Rust)",
        1.2,
        "at most",
    ),
    Goal("names", "columns of maps whose names all differ / of one name", 3, "at most"),
    Goal("query", "reading and parsing maps / one query", 1000, "at least"),
    Goal("memory-maps", "peak memory of columns of maps / the text", 1.5, "at most"),
    Goal("memory-smaps", "peak memory of columns of smaps / the text", 1.5, "at most"),
    Goal("first-loads", "import procmaps and the first loads() / import attrs", 1.25, "at most"),
    Goal("first-maps", "import procmaps and the first maps() / import attrs", 1.25, "at most"),
    Goal("first-maps-python", "the same in pure Python / import attrs", 2, "at most"),
    Goal("show-summary", "procmaps show --summary self / import click, rich", 1.5, "at most"),
    Goal("show-table", "show of 20,000 mappings / reading them in pure Python", 5, "at most"),
    Goal("unparsed", "a line that cannot be read / a good line in pure Python", 1, "at most"),
    Goal("unparsed-python", "the same, both in pure Python", 3, "at most"),
    Goal(
        "many-smaps",
        "smaps of 500 processes in two threads / the kernel on one core, on the clock",
        0.65,
        "at most",
    ),
    Goal("many-usage", "usage of 500 processes / the same, on the clock", 1.15, "at most"),
    Goal(
        "find",
        "find a library in 500 processes / the kernel printing their maps, on the clock",
        1.2,
        "at most",
    ),
    Goal("find-processor", "the same, processor time of both threads", 1.2, "at most"),
    Goal("locate", "10,000 addresses of a small process / one reading of its maps", 1, "at most"),
    Goal("query-in-c", "one query / the same ioctl in C", 2, "at most"),
    Goal("pages-own", "pages of 1 GiB of its own / the kernel printing smaps", 1.5, "at most"),
    Goal("pages-reserve", "pages of a reserve of 256 GiB / the kernel's smaps", 2, "at most"),
    Goal("pages-machine", "who shares memory, all processes / the kernel's smaps", 4, "at most"),
    Goal("pages-stall", "worst stall of a target by pages / by smaps", 0.333, "at most"),
    Goal("growth", "time per mapping, 1,000,000 mappings / 1,000", 1.1, "at most"),
)

WITHOUT_GOAL = {
    "many-smaps-processor": "smaps of 500 processes / the kernel printing them, processor time",
    "many-usage-processor": "usage of 500 processes / the same, processor time",
    "first-records": "import procmaps and every record of this process / import attrs",
    "first-40": "import procmaps and every record of 40 mappings / import attrs",
    "first-200": "import procmaps and every record of 200 mappings / import attrs",
    "first-1000": "import procmaps and every record of 1,000 mappings / import attrs",
    "records-maps-python": "PyPI procmaps (Rust) / every record of maps, pure Python",
    "records-maps-and-attributes": (
        "PyPI procmaps (Rust), every attribute read / every record of maps"
    ),
    "records-smaps-from-memory": "psutil / every record of smaps, text already in memory",
    "records-smaps-and-usage": "psutil / every record of smaps, with each Usage",
}
"""Titles of the other ratios that a run measures."""
