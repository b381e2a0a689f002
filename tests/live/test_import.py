"""The live functions can be imported on systems without procfs, and cheaply."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
sys.modules["fcntl"] = None  # as on a system without it: the import fails
import procmaps
procmaps.maps, procmaps.query, procmaps.resolve, procmaps.set_anon_name, procmaps.iter_snapshots
print(*sorted({"ctypes", "lark", "hypothesis"} & set(sys.modules)))
"""


def test_importing_needs_no_linux_and_no_heavy_module() -> None:
    found = subprocess.run([sys.executable, "-c", CODE], check=True, capture_output=True)
    assert found.stdout == b"\n"
