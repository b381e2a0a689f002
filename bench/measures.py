"""Measurements without a race: memory and growth."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path

from bench import texts
from bench.race import Contender, Ratio, race, times_of
from procmaps.engines.columns import view_columns
from procmaps.engines.scan_text import scan
from procmaps.grammar import loading


def memory(text: bytes) -> Ratio:
    """Return the peak memory of making columns, without the text, divided by the text's size.

    Raises ValueError if *text* has no mappings.
    """
    linux = loading.load("linux")
    scan(text[:4096], linux)
    tracemalloc.start()
    try:
        columns = scan(text, linux)
        usage = [*view_columns(columns).usage.values()]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    if not columns or not all(map(len, usage)):
        raise ValueError("no mappings in the text, or an empty column")
    return Ratio.of([peak / len(text)])


def growth(cache: Path, rounds: int, sizes: tuple[int, ...]) -> dict[int, float]:
    """Return the seconds per mapping for columns of maps, by size: the fastest of the rounds."""
    found: dict[int, float] = {}
    for size in sizes:
        path = cache / f"growth-{size}"
        path.write_bytes(texts.dump("maps", size, "plain"))
        ours = Contender.task("columns", "columns")
        times = times_of(race([ours], {"columns": str(path)}, rounds)["columns"])
        found[size] = min(times.seconds) / size
        path.unlink()
    return found


def today() -> str:
    """Return today's date in UTC, for the report."""
    return time.strftime("%Y-%m-%d", time.gmtime())
