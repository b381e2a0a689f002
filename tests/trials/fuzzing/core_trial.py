"""The trial of the C core: a campaign for each dialect with tables of its own, and the coverage."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.trials import recording
from tests.trials.fuzzing import campaign, core_coverage
from tests.trials.fuzzing.core_build import build_fuzzer

SHARES = {"linux": 0.9, "freebsd": 0.1}
"""The share of the budget by dialect. Every other dialect has one of these tables, or none."""

LENGTH = 1024
"""Bytes of a text: some fifty of the shortest header lines, or forty fields."""


def run(runs: int, seconds: float) -> tuple[recording.Record, int]:
    """Return the record of a trial with this budget in all, and the number of finds."""
    results: recording.Record = {}
    finds = 0
    for dialect, share in SHARES.items():
        with tempfile.TemporaryDirectory(prefix="procmaps-fuzz-") as name:
            folder = Path(name)
            done = campaign.run(
                folder,
                "core",
                (build_fuzzer(folder, dialect),),
                length=LENGTH,
                runs=int(share * runs),
                seconds=int(share * seconds),
            )
            texts = [*done.corpus.iterdir(), *(folder / "seeds").iterdir()]
            coverage = core_coverage.measure(folder, dialect, texts)
        finds += len(done.finds)
        print(f"{dialect}: {done.executions:,} executions, {len(done.finds)} finds", flush=True)
        results[dialect] = {
            "executions": done.executions,
            "finds": [find.name for find in done.finds],
            "corpus": len(texts),
            "coverage": {
                file: {"lines": found.lines, "uncovered": found.uncovered}
                for file, found in coverage.items()
            },
        }
    return {"dialects": results}, finds
