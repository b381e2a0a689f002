"""The commit, the day and the machine of a run, for the page."""

from __future__ import annotations

import datetime as dt
import os
import platform
import subprocess
from typing import Final

import attrs

from corpus.tools.matrix.installing import ROOT

_INPUTS: Final = (
    "corpus", "grammar", "procmaps",
    ":!corpus/peers/answer.json", ":!corpus/peers/*/expected.json",
)  # fmt: skip
"""The files that a result depends on; not those that the run writes."""


@attrs.frozen
class RunFacts:
    """When and where a peer was run."""

    commit: str
    """The commit of this project; with a note if its files were changed."""
    date: str
    """The day in UTC: ``2026-01-31``."""
    machine: str
    """Architecture, processors, kernel, distribution and Python."""


def now() -> RunFacts:
    """Return the facts of a run that ends now."""
    today = dt.datetime.now(dt.UTC).date().isoformat()
    return RunFacts(_commit(), today, _machine())


def _commit() -> str:
    head = _git("rev-parse", "--short=12", "HEAD")
    if head is None:
        return "unknown: the files are no git clone"
    changed = _git("status", "--porcelain", "--", *_INPUTS)
    return f"{head}, with changes" if changed else head


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", *arguments],  # noqa: S607 - git is found on PATH as a person's is
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        return None
    return None if done.returncode else done.stdout.strip()


def _machine() -> str:
    try:
        system = platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        system = ""
    parts = (
        f"{platform.machine()}, {os.cpu_count() or 1} processors",
        f"{platform.system()} {platform.release()}",
        system,
        f"Python {platform.python_version()}",
    )
    return ", ".join(filter(None, parts))
