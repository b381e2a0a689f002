"""A program that names its own memory is seen by name, and counted by it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import procmaps
from kernel.lab import ops, vm
from kernel.lab.build import Image
from kernel.lab.protocol import Program

AREA, PAGE = 0x20000000, 4096


def test_procmaps_show_shows_it(newest: Image, tmp_path: Path) -> None:
    program = Program()
    program(ops.mmap(AREA, 8 * PAGE, "rw", "private fixed anonymous"))
    program(ops.name(AREA + 2 * PAGE, 4 * PAGE, b"request cache"))
    program(ops.fill(AREA + 2 * PAGE, 3 * PAGE))
    smaps = program(ops.read_file(b"/proc/self/smaps"))
    (outcome,) = vm.run(newest, [program])
    text = outcome.results[smaps.index].bytes
    (mapping,) = procmaps.loads(text).by_name(procmaps.AnonName.of(b"request cache"))
    assert (mapping.start, mapping.size) == (AREA + 2 * PAGE, 4 * PAGE)
    assert mapping.usage is not None
    assert mapping.usage.rss == 3 * PAGE
    dump = tmp_path / "smaps"
    dump.write_bytes(text)
    shown = subprocess.run(
        [sys.executable, "-m", "procmaps", "show", "--csv", str(dump)],
        capture_output=True,
        check=True,
    )
    assert b"request cache" in shown.stdout
