"""Instructions, counted by valgrind: the guard against regressions that no clock is needed for.

``python -m bench.counts`` compares with ``bench/counts.json``; it exits 1 where a ratio has grown
by more than `TOLERANCE`, 2 where nothing was recorded. ``--record`` writes the file anew.
A task runs once in one process and three times in another, so that what starting costs falls out.
Kept are ratios to the pass in C over the same text, which depend on the compiler and the
interpreter far less than counts do.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import peers, texts
from bench.race import HERE

RECORDED = HERE / "counts.json"
TOLERANCE = 0.10
MAPPINGS = 500

TASKS = {
    "native columns": ("columns", "native"),
    "native records": ("records", "native"),
    "pure Python columns": ("columns", "python"),
}
"""Task and engine."""


def instructions(task: str, path: Path, runs: int, settings: dict[str, str]) -> int:
    """Instructions of a worker that does *task* so many times."""
    command = [
        "valgrind",
        "--tool=callgrind",
        "--callgrind-out-file=/dev/null",
        sys.executable,
        str(HERE / "worker.py"),
        task,
    ]
    steady = {"PYTHONHASHSEED": "0", "PYTHONPATH": str(HERE.parent), **settings}
    done = subprocess.run(
        command,
        input=f"{path}\n" * runs,
        env={**os.environ, **steady},
        capture_output=True,
        text=True,
        check=True,
    )
    collected = re.search(r"Collected : (\d+)", done.stderr)
    if not collected:
        raise RuntimeError(f"valgrind counted nothing: {done.stderr[-500:]}")
    return int(collected[1])


def once(task: str, path: Path, **settings: str) -> float:
    """Instructions of one run, starting not counted."""
    few, many = (instructions(task, path, runs, settings) for runs in (1, 3))
    return (many - few) / 2


def ratios() -> dict[str, float]:
    """Each task's instructions over those of the pass in C, for maps and for smaps."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        library = peers.c_pass(Path(folder))
        for kind in ("maps", "smaps"):
            path = Path(folder, kind)
            path.write_bytes(texts.dump(kind, MAPPINGS, "plain"))
            least = once("c_pass", path, BENCH_PASS=library)
            for title, (task, engine) in TASKS.items():
                counted = once(task, path, PROCMAPS_ENGINE=engine)
                found[f"{title} of {kind}"] = round(counted / least, 3)
    return found


def main() -> int:
    """Compare, or record; 1 where a ratio has grown."""
    found = ratios()
    if "--record" in sys.argv[1:]:
        RECORDED.write_text(json.dumps(found, indent=1) + "\n")
    if not RECORDED.is_file():
        print(f"{found}\nnothing to compare with: record it by python -m bench.counts --record")
        return 2
    known: dict[str, float] = json.loads(RECORDED.read_text())
    grown = 0
    for title, ratio in found.items():
        limit = known[title] * (1 + TOLERANCE)
        grown += ratio > limit
        print(f"{title}: {ratio:.3f} passes in C, at most {limit:.3f}", "GROWN" * (ratio > limit))
    return min(grown, 1)


if __name__ == "__main__":
    sys.exit(main())
