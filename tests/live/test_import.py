"""What reading running processes costs a program that only reads dumps: next to nothing."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
sys.modules["fcntl"] = None  # as on a system that has none: importing it fails
import procmaps
print(*sorted({"ctypes", "lark", "hypothesis"} & set(sys.modules)))
"""


def test_importing_needs_no_linux_and_no_heavy_module() -> None:
    found = subprocess.run([sys.executable, "-c", CODE], check=True, capture_output=True)
    assert found.stdout == b"\n"
