"""Instructions, counted by valgrind: the guard against regressions that no clock is needed for.

``python -m bench.counts`` compares with ``bench/counts.json``; it exits 1 where a ratio has grown
by more than `TOLERANCE`. ``--record`` writes the file anew. Kept are ratios to the pass in C over
the same text, which depend on the processor far less than counts do. Those of pure Python depend on
the interpreter, and are compared under the release that they were recorded with.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

from bench import peers, texts
from bench.race import HERE

RECORDED = HERE / "counts.json"
TOLERANCE = 0.3
"""The C library has other instructions for other processors; what is lost by accident is more."""

MAPPINGS = 400
KINDS = ("maps", "smaps")

TASKS = {
    "native columns": ("columns", "native"),
    "native records": ("parsed", "native"),
    "pure Python columns": ("columns", "python"),
    "pure Python records": ("parsed", "python"),
}
"""Task and engine."""


@attrs.frozen
class Counter:
    """Counts the instructions of one run of a task."""

    library: str
    """`bench/counting.c`, compiled."""

    def once(self, task: str, path: Path, **settings: str) -> int:
        """The instructions of the second run in a process: the first has loaded what it needs."""
        command = [
            "valgrind", "--tool=callgrind", "--instr-atstart=no", "--callgrind-out-file=/dev/null",
            sys.executable, str(HERE / "worker.py"), task,
        ]  # fmt: skip
        steady = {
            "PYTHONHASHSEED": "0",
            "PYTHONPATH": str(HERE.parent),
            "BENCH_COUNTING": self.library,
            **settings,
        }
        done = subprocess.run(
            command,
            input=f"{path}\n",
            env={**os.environ, **steady},
            capture_output=True,
            text=True,
            check=True,
        )
        answer: dict[str, Any] = json.loads(done.stdout)
        collected = re.search(r"Collected : (\d+)", done.stderr)
        if answer.get("found", 0) < 1 or not collected:
            raise RuntimeError(f"nothing was counted: {answer} {done.stderr[-500:]}")
        return int(collected[1])


def ratios() -> Iterator[tuple[str, float]]:
    """Each task's instructions over those of the pass in C, for maps and for smaps."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        counter = Counter(peers.compiled("counting", place))
        passing = peers.c_pass(place)
        for kind in KINDS:
            path = place / kind
            path.write_bytes(texts.dump(kind, MAPPINGS, "plain"))
            least = counter.once("c_pass", path, BENCH_PASS=passing)
            for title, (task, engine) in TASKS.items():
                counted = counter.once(task, path, PROCMAPS_ENGINE=engine)
                yield f"{title} of {kind}", round(counted / least, 2)


def python() -> str:
    """The release of the interpreter, without its last number."""
    return ".".join(platform.python_version_tuple()[:2])


def main() -> int:
    """Compare, or record; 1 where a ratio has grown."""
    if "--record" in sys.argv[1:]:
        recorded = {"python": python(), "ratios": dict(ratios())}
        RECORDED.write_text(json.dumps(recorded, indent=1) + "\n")
        print(RECORDED.read_text())
        return 0
    known = json.loads(RECORDED.read_text())
    grown = 0
    for title, ratio in ratios():
        limit = known["ratios"][title] * (1 + TOLERANCE)
        line = f"{title}: {ratio:.2f} passes in C, at most {limit:.2f}"
        if title.startswith("pure Python") and python() != known["python"]:
            line += f"; not compared: recorded under Python {known['python']}"
        elif ratio > limit:
            line += " GROWN"
            grown += 1
        print(line, flush=True)
    return min(grown, 1)


if __name__ == "__main__":
    sys.exit(main())
