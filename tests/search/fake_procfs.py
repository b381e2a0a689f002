"""A procfs with processes that a test describes, for what a real one shows too rarely."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def fake_procfs(folder: Path, texts: Mapping[int, bytes], limit: int = 65530) -> Path:
    """Write ``maps`` of each process and ``vm.max_map_count``; return the root."""
    for pid, text in texts.items():
        process = folder / str(pid)
        process.mkdir(parents=True)
        (process / "maps").write_bytes(text)
        (process / "stat").write_bytes(b"%d (a) S 1 1 1 0 -1 4194304 0\n" % pid)
        (process / "status").write_bytes(b"Name:\ta\nVmSize:\t      40 kB\nVmLck:\n")
    (folder / "sys" / "vm").mkdir(parents=True)
    (folder / "sys" / "vm" / "max_map_count").write_text(f"{limit}\n")
    return folder
