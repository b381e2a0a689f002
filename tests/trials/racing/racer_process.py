"""Starts the racer (``racer/*.c``), and knows the mappings of it that never change."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs

from tests.trials.racing import programs

PATIENCE = 60
"""Seconds that a racer may take to collect its children."""


@attrs.frozen
class StableMapping:
    """A mapping that the racer never changes, as the racer itself describes it."""

    start: int
    end: int
    """Exclusive."""
    perms: str
    unescaped_name: bytes
    """The name of the kernel's object; ``maps`` prints a newline in it as ``\\012``."""

    @property
    def name(self) -> bytes:
        """The name column of ``maps``."""
        return self.unescaped_name.replace(b"\n", b"\\012")


@attrs.frozen
class Racer:
    """A running racer."""

    pid: int
    stable: tuple[StableMapping, ...]

    def children(self) -> list[int]:
        """Return the IDs of its child processes; some may have ended since."""
        found: list[int] = []
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
        return found


@contextmanager
def running(seed: int) -> Generator[Racer]:
    """Start a racer in a temporary folder; end it and its children afterwards."""
    with tempfile.TemporaryDirectory(prefix="procmaps-race-") as name:
        folder = Path(name)
        files = folder / "files"
        files.mkdir()
        process = subprocess.Popen(
            [programs.find("racer", folder), files, str(seed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        try:
            assert process.stdout
            yield Racer(process.pid, tuple(_stable_mappings(process.stdout)))
        finally:
            # At the end of its input it waits for its children, so that none is left.
            try:
                process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                raise


def _stable_mappings(lines: Iterator[bytes]) -> Iterator[StableMapping]:
    for line in lines:
        if line == b"ready\n":
            return
        start, end, perms, name = line.split()
        unescaped = b"" if name == b"-" else bytes.fromhex(name.decode())
        yield StableMapping(int(start, 16), int(end, 16), os.fsdecode(perms), unescaped)
    msg = "the racer ended before it was ready; its error is above"
    raise RuntimeError(msg)
