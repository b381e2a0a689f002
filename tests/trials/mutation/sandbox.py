"""A copy of the checkout in which faults are planted, so that the checkout itself never has one."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from tests.trials.mutation.mutant import Mutant
from tests.trials.mutation.suites import Command
from tests.trials.recording import ROOT

Outcome = Literal["killed", "timeout", "survived"]

TIMEOUT = 1800
"""Seconds for one command that waits for ever; one that works for ever has a limit of its own."""

_FAULTY: Mapping[str, str] = {"PYTHONDONTWRITEBYTECODE": "1"}
"""The bytecode of a fault must not be found by the next one."""


class Sandbox:
    """A copy of the checkout."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def try_out(self, mutant: Mutant, commands: Sequence[Command]) -> Outcome:
        """Plant *mutant*, run *commands* until one fails, and take it out again."""
        file = self._folder / mutant.file
        original, status = file.read_text(), file.stat()
        file.write_text(mutant.source)
        try:
            for command in commands:
                if failure := self._failure(command):
                    return failure
            return "survived"
        finally:
            file.write_text(original)
            # The bytecode without a fault has this time in it, and stays valid.
            os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))

    def passes(self, commands: Sequence[Command]) -> bool:
        """Return whether *commands* succeed without a fault. They leave the bytecode of all files.

        Compiling every file for each fault would take longer than most tests.
        """
        return not any(self._failure(command, {}) for command in commands)

    def _failure(
        self, command: Command, environment: Mapping[str, str] = _FAULTY
    ) -> Literal["killed", "timeout"] | None:
        """Run a command in a group of its own; return how it failed, or None."""
        process = subprocess.Popen(
            command,
            cwd=self._folder,
            # Also for programs that tests start elsewhere.
            env={**os.environ, "PYTHONPATH": str(self._folder), **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            status = process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            status = -signal.SIGXCPU
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if status == -signal.SIGXCPU:
            return "timeout"
        return "killed" if status else None


@contextmanager
def sandbox() -> Generator[Sandbox]:
    """Copy the tracked files, the built extensions and the compiled grammar; remove them after."""
    with tempfile.TemporaryDirectory(prefix="procmaps-mutation-") as name:
        folder = Path(name)
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
        )
        files = [ROOT / os.fsdecode(file) for file in listed.stdout.split(b"\0") if file]
        files += [
            *(ROOT / "procmaps").rglob("*.so"),
            *(ROOT / "procmaps/grammar/written").rglob("*"),
        ]
        for file in files:
            if file.is_file():
                copy = folder / file.relative_to(ROOT)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file, copy)
        yield Sandbox(folder)
