"""Instruction counts by valgrind: a guard against regressions that needs no clock.

``python -m bench.counts`` compares with ``bench/counts.json`` and exits 1 if a ratio has grown by
more than `TOLERANCE`. ``--record`` writes the file. The recorded values are ratios to the pass in C
over the same text, because they depend on the processor far less than counts do. The ratios of pure
Python depend on the interpreter, too: they are compared only under the release that recorded them.
"""

from __future__ import annotations

import argparse
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
"""Allowed growth. The C library runs other instructions on other processors."""

MAPPINGS = 400
KINDS = ("maps", "smaps")

TASKS = {
    "native columns": ("columns", "native"),
    "native records": ("parsed", "native"),
    "native sums by label": ("summed", "native"),
    "pure Python columns": ("columns", "python"),
    "pure Python records": ("parsed", "python"),
    "pure Python sums by label": ("summed", "python"),
}
"""Task and engine."""


@attrs.frozen
class Counter:
    """A counter of the instructions that one run of a task takes."""

    library: str
    """`bench/counting.c`, compiled."""

    def once(self, task: str, path: Path, **settings: str) -> int:
        """Return the instructions of the second run in a process; the first loads what it needs."""
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
            raise RuntimeError(
                f"valgrind counted nothing for {task}: {answer}; it wrote: {done.stderr[-500:]}"
            )
        return int(collected[1])


def ratios() -> Iterator[tuple[str, float]]:
    """Yield each task's instructions divided by those of the pass in C, for maps and smaps."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        counter = Counter(peers.compiled("counting", scratch))
        pass_library = peers.c_pass(scratch)
        for kind in KINDS:
            path = scratch / kind
            path.write_bytes(texts.dump(kind, MAPPINGS, "plain"))
            base = counter.once("c_pass", path, BENCH_PASS=pass_library)
            for title, (task, engine) in TASKS.items():
                counted = counter.once(task, path, PROCMAPS_ENGINE=engine)
                yield f"{title} of {kind}", round(counted / base, 2)


def python() -> str:
    """Return the minor release of the interpreter, such as "3.11"."""
    return ".".join(platform.python_version_tuple()[:2])


def main() -> int:
    """Compare or record; return 1 if a ratio has grown beyond the tolerance."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.counts",
        description="Count instructions by valgrind and compare them with bench/counts.json.",
    )
    parser.add_argument("--record", action="store_true", help="write bench/counts.json")
    if parser.parse_args().record:
        recorded = {"python": python(), "ratios": dict(ratios())}
        RECORDED.write_text(json.dumps(recorded, indent=1) + "\n")
        print(RECORDED.read_text())
        return 0
    known = json.loads(RECORDED.read_text())
    print("instructions, as multiples of one pass in C over the same text", flush=True)
    grown = 0
    for title, ratio in ratios():
        line, failed = compared(title, ratio, known)
        grown += failed
        print(line, flush=True)
    if grown:
        print(
            f"{grown} grew by more than {TOLERANCE:.0%}. If that is intended, "
            "record the new values: python -m bench.counts --record"
        )
    return min(grown, 1)


def compared(title: str, ratio: float, known: dict[str, Any]) -> tuple[str, bool]:
    """Return the line that reports *ratio* beside the recorded one, and whether it grew too far."""
    recorded = known["ratios"][title]
    change = ratio / recorded - 1
    line = f"{title}: {ratio:.2f}, recorded {recorded:.2f} ({change:+.1%})"
    if title.startswith("pure Python") and python() != known["python"]:
        return f"{line}; not compared: recorded under Python {known['python']}", False
    grew = change > TOLERANCE
    return f"{line} GREW: at most {TOLERANCE:+.0%}" if grew else line, grew


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
