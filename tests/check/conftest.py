"""Runs of ``procmaps check`` as a process, and a parser that is wrong on purpose."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Check = Callable[..., "subprocess.CompletedProcess[str]"]

# A parser in another language: it splits at white space.
SPLITS = (
    "awk",
    r"""
BEGIN { printf "[" }
{ start = substr($1, 1, index($1, "-") - 1)
  printf "%s{\"start\":\"%s\",\"name\":\"%s\"}", (NR > 1 ? "," : ""), start, $6 }
END { print "]" }
""",
)
OWN = (sys.executable, "-m", "procmaps.check.adapter")
THREE = ("--case", "names/plain", "--case", "names/space", "--case", "labels/space-two")
CHECK = (sys.executable, "-m", "procmaps", "check")

needs_awk = pytest.mark.skipif(shutil.which("awk") is None, reason="awk is not installed")


def environment() -> dict[str, str]:
    """Return the environment for a process that imports what this one imports."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Run the command as a process in an empty folder."""

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*CHECK, *arguments],
            capture_output=True,
            check=False,
            text=True,
            cwd=tmp_path,
            env=environment(),
        )

    return call
