"""Texts of one page, read by one ``read()``, while the mappings in them merge and split.

Until 6.16 such a text is one moment, because the kernel prints a page under one lock. Since 6.17
``lock_next_vma()`` (mm/mmap_lock.c) locks one mapping after the other, also within a page.
"""

from __future__ import annotations

import mmap
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

import procmaps
from tests.trials.racing import programs
from tests.trials.racing.judge import disorder, violations
from tests.trials.racing.racer_process import StableMapping
from tests.trials.racing.readers import RETRIES, Tally

_SLOT = 4 * 4096
_ARENA, _SLOTS = 0x20000000, 16
# The last slot, which the merger leaves alone; the first one merges with its neighbour.
STABLE = (StableMapping(_ARENA + (_SLOTS - 1) * _SLOT, _ARENA + _SLOTS * _SLOT, "r--p", b""),)


def race(seconds: float, tally: Tally) -> None:
    """Read a process of one page of maps for some seconds, without and with retries.

    Raises `RuntimeError` if its text needs more than a page.
    """
    with (
        tempfile.TemporaryDirectory(prefix="procmaps-race-") as name,
        subprocess.Popen([programs.find("merger", Path(name))], stdout=subprocess.PIPE) as merger,
    ):
        try:
            assert merger.stdout
            merger.stdout.readline()
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                for retries in (0, RETRIES):
                    _note(procmaps.maps(merger.pid, retries=retries), retries, tally)
        finally:
            merger.kill()


def _note(snapshot: procmaps.Snapshot, retries: int, tally: Tally) -> None:
    text = snapshot.dumps()
    if len(text) >= mmap.PAGESIZE:
        msg = f"maps of the merger needs {len(text)} bytes, which is more than a page"
        raise RuntimeError(msg)
    event = f"one page of maps, {retries} retries"
    found: Counter[str] = Counter({event: 1, f"{event}, torn": bool(disorder(text))})
    found.update(f"{event}, {problem.kind}" for problem in snapshot.problems)
    tally.counts.update(found)
    tally.violations += [f"{event}: {each}" for each in violations(snapshot, STABLE)]
