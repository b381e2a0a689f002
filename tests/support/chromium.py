"""Open a page in Chromium without a screen."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium")


def dom(address: str, folder: Path, *options: str) -> str:
    """Return the document at *address* after its scripts ran. Skip the test without Chromium.

    The profile of the browser is in *folder*.
    """
    if CHROMIUM is None:
        pytest.skip("no chromium; run apt-get install chromium")
    done = subprocess.run(
        [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
            "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", f"--user-data-dir={folder / 'profile'}", "--window-size=1400,1000",
            "--virtual-time-budget=20000", *options, "--dump-dom", address,
        ],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    return done.stdout
