"""What is measured without a race: memory, imports, growth."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

from bench import texts
from bench.race import HERE, Contender, Ratio, race, times_of
from procmaps.engines.dispatch import scan
from procmaps.grammar import loading


def memory(text: bytes) -> Ratio:
    """The most memory that making columns took, the text not counted, over the text's size."""
    linux = loading.load("linux")
    scan(text[:4096], linux)
    tracemalloc.start()
    try:
        columns = scan(text, linux)
        usage = [*columns.usage.values()]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    if not columns or not all(map(len, usage)):
        raise ValueError("no mappings in the text, or a column without any")
    return Ratio.of([peak / len(text)])


_IMPORT = """
import json, time
before = time.process_time()
import {}
print(json.dumps(time.process_time() - before))
"""


def _importing(module: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT.format(module)],
        stdout=subprocess.PIPE,
        check=True,
        cwd=HERE.parent,
    )
    return float(json.loads(done.stdout))


def importing(rounds: int) -> Ratio:
    """`import procmaps` over `import attrs`, each in a new interpreter, by turns."""
    _importing("procmaps")  # writes the byte code
    return Ratio.of([_importing("procmaps") / _importing("attrs") for _ in range(rounds)])


def growth(cache: Path, rounds: int, sizes: tuple[int, ...]) -> dict[int, float]:
    """Seconds a mapping for columns of maps, by size: the least of the rounds."""
    found: dict[int, float] = {}
    for size in sizes:
        path = cache / f"growth-{size}"
        path.write_bytes(texts.dump("maps", size, "plain"))
        ours = Contender.task("columns", "columns")
        times = times_of(race([ours], {"columns": str(path)}, rounds)["columns"])
        found[size] = min(times.seconds) / size
        path.unlink()
    return found


def now() -> str:
    """Today, for the report."""
    return time.strftime("%Y-%m-%d", time.gmtime())
