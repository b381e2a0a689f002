"""Measurements without a race: memory, the first parse of a process, growth."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

from bench import texts
from bench.race import HERE, Contender, Ratio, race, times_of
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


_PROGRAM = """
import json, time
before = time.process_time()
{}
print(json.dumps(time.process_time() - before))
"""

# Lark compares all terminals if interegular is installed, which a user need not have.
_FIRST_LOADS = r"""
import sys
sys.modules["interegular"] = None
import procmaps
(mapping,) = procmaps.loads(b"400000-401000 r-xp 00000000 fd:01 42    /bin/cat\n")
"""


def _seconds(statements: str) -> float:
    """Return the processor seconds that *statements* take in a new interpreter."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(statements)],
        stdout=subprocess.PIPE,
        check=True,
        cwd=HERE.parent,
    )
    return float(json.loads(done.stdout))


def first_loads(rounds: int) -> Ratio:
    """Return the time of `import procmaps` and the first `loads`, over that of `import attrs`.

    `import procmaps` alone says nothing: the package imports its modules on first use.
    Each runs in a new interpreter, by turns.
    """
    _seconds(_FIRST_LOADS)  # writes the byte code
    return Ratio.of([_seconds(_FIRST_LOADS) / _seconds("import attrs") for _ in range(rounds)])


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
