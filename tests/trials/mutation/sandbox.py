"""A copy of the checkout in which faults are planted, so that the checkout itself never has one."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from tests.trials.mutation.forked_trials import VARIABLE, outcomes_beside
from tests.trials.mutation.mutant import Mutant
from tests.trials.mutation.suites import PYTEST, Command
from tests.trials.recording import ROOT

Outcome = Literal["killed", "timeout", "survived"]

TIMEOUT = 600
"""Seconds for one command that waits for ever; one that works for ever has a limit of its own."""

_FAULTY: Mapping[str, str] = {"PYTHONDONTWRITEBYTECODE": "1"}
"""The bytecode of a fault must not be found by the next one."""


class Sandbox:
    """A copy of the checkout."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sound: set[Command] = set()

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

    def try_in_children(self, mutants: Sequence[Mutant], tests: Sequence[str]) -> list[str]:
        """Run *tests* for each fault in a forked child; return what `forked_trials` says of each.

        A survivor may have been out of reach: tests that start programs start them without it.
        Raises `RuntimeError` if the tests fail without a fault.
        """
        faults = self._folder / "faults.json"
        originals = {each.file: (self._folder / each.file).read_text() for each in mutants}
        none = [(file, original, original) for file, original in originals.items()]
        planted = [(each.file, originals[each.file], each.source) for each in mutants]
        faults.write_text(json.dumps([*none, *planted]))
        plugin = ("-p", "tests.trials.mutation.forked_trials")
        self._failure((*PYTEST, *plugin, "-m", "not slow", *tests), {VARIABLE: str(faults)}, None)
        outcomes = outcomes_beside(faults).read_text().split("\n")[:-1]
        if len(outcomes) != len(none) + len(planted) or {*outcomes[: len(none)]} != {"survived"}:
            msg = f"the tests fail without a fault: {' '.join(tests)}"
            raise RuntimeError(msg)
        return outcomes[len(none) :]

    def require_sound(self, commands: Sequence[Command]) -> None:
        """Raise `RuntimeError` unless *commands* succeed without a fault. Each is run once.

        They leave the bytecode of all files: compiling every file for each fault would take longer
        than most tests.
        """
        for command in commands:
            if command not in self._sound and self._failure(command, {}):
                msg = f"fails without a fault: {' '.join(command)}"
                raise RuntimeError(msg)
            self._sound.add(command)

    def _failure(
        self,
        command: Command,
        environment: Mapping[str, str] = _FAULTY,
        timeout: float | None = TIMEOUT,
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
            status = process.wait(timeout)
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
