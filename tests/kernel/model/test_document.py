"""docs/model.md lists every file, and its example prints the documented output."""

from __future__ import annotations

import re
import subprocess
import sys

from tests.support.checkout import ROOT


def test_example() -> None:
    text = (ROOT / "docs" / "model.md").read_text()
    code, printed = re.findall(r"^```(?:python)?\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)[:2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True
    )
    assert done.stdout.rstrip("\n") == printed.rstrip("\n")


def test_table_lists_every_file() -> None:
    text = (ROOT / "docs" / "model.md").read_text()
    rows = re.findall(r"^\| (`\w+\.py`.*?) \|", text, re.MULTILINE)
    listed = {name for row in rows for name in re.findall(r"`(\w+\.py)`", row)}
    files = {path.name for path in (ROOT / "kernel" / "model").glob("[a-z]*.py")}
    assert listed == files
