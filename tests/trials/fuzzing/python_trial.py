"""The trial of the Python entry points: a campaign for each law."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.trials import recording
from tests.trials.fuzzing import campaign, python_coverage, python_target
from tests.trials.fuzzing.laws import LAWS

LENGTH = 200
"""Bytes of a text: a few lines. A law takes about a millisecond for it."""


WORKERS = 2
"""Campaigns at the same time, each in a process of its own."""


def run(
    runs: int, seconds: float, laws: Sequence[str] = tuple(LAWS)
) -> tuple[recording.Record, int]:
    """Return the record of a trial of *laws* with this budget in all, and the number of finds."""
    with tempfile.TemporaryDirectory(prefix="procmaps-fuzz-") as name:
        folder = Path(name)

        def fuzz(law: str) -> recording.Record:
            return _campaign(folder, law, runs // len(laws), int(WORKERS * seconds / len(laws)))

        with ThreadPoolExecutor(WORKERS) as pool:
            results = dict(zip(laws, pool.map(fuzz, laws), strict=True))
        covered = python_coverage.percent_by_folder(folder / "corpora")
    finds = sum(len(result["finds"]) for result in results.values())
    return {"laws": results, "coverage": covered}, finds


def _campaign(parent: Path, law: str, runs: int, seconds: int) -> recording.Record:
    """Fuzz one law; leave its corpus in the folder ``corpora``."""
    folder = parent / law
    folder.mkdir()
    program = (sys.executable, "-m", python_target.PROGRAM, law)
    done = campaign.run(folder, law, program, length=LENGTH, runs=runs, seconds=seconds)
    print(f"{law}: {done.executions:,} executions, {len(done.finds)} finds", flush=True)
    shutil.copytree(done.corpus, parent / "corpora" / law)
    return {
        "executions": done.executions,
        "finds": [find.name for find in done.finds],
        "corpus": sum(1 for _ in done.corpus.iterdir()),
    }
