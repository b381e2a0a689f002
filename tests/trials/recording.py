"""Records of trials: one JSON file for each in ``tests/trials/records``."""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import platform
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from procmaps.engines import engine_selection

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).with_name("records")

Record = dict[str, Any]
"""What one trial found, under keys of its own, with what `frame` adds."""


def commit() -> str:
    """Return the abbreviated commit of the checkout, with "+" if tracked files differ from it."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--exclude=*"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return described.stdout.strip()


def frame() -> Record:
    """Return the facts that every record has: what was tried, when, and on which machine."""
    return {
        "commit": commit(),
        "day": dt.datetime.now(dt.UTC).date().isoformat(),
        "machine": {
            "kernel": platform.release(),
            "processor": platform.machine(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "engine": engine_selection.engine(),
        },
    }


def read(name: str) -> Record:
    """Return the record *name*. Raises `FileNotFoundError` if this trial was never recorded."""
    record: Record = json.loads((FOLDER / f"{name}.json").read_bytes())
    return record


@contextmanager
def lock() -> Generator[None]:
    """Wait until no other process changes a record of this checkout, and keep others waiting."""
    folder = os.open(FOLDER, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def write(name: str, record: Record) -> Path:
    """Replace the record *name*, whole or not at all; return its file."""
    path = FOLDER / f"{name}.json"
    FOLDER.mkdir(exist_ok=True)
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(record, indent=1, ensure_ascii=True) + "\n")
    beside.replace(path)
    return path
