"""What the tests of the command line share: running it within this process, and as its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from procmaps.cli import style
from procmaps.cli.app import cli
from tests.support.dumps import SAMPLE

Run = Callable[..., Result]
Process = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture(autouse=True)
def _no_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that wants a width sets one: a person may export COLUMNS, and pytest-xdist does."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture
def run() -> Run:
    """Run the command line in this process; standard output and error are kept apart."""

    def call(*arguments: str, stdin: bytes = b"") -> Result:
        # They hold on to the streams that the runner replaces.
        style.console.cache_clear()
        style.glyphs.cache_clear()
        return CliRunner().invoke(cli, arguments, input=stdin, prog_name="procmaps")

    return call


@pytest.fixture
def process() -> Process:
    """Run ``python -m procmaps`` as a process of its own."""

    def call(
        *arguments: str | bytes, stdin: bytes = b"", **environment: str
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "procmaps", *arguments],
            input=stdin,
            capture_output=True,
            check=False,
            env={**os.environ, **environment},
        )

    return call


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """A small dump without anything against it."""
    file = tmp_path / "sample.maps"
    file.write_bytes(SAMPLE)
    return file
