"""Run a parser's command with a time limit and an output limit."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from typing import Final

from procmaps.check.completed_run import CompletedRun
from procmaps.check.processes import Process, ProcessGroup
from procmaps.check.streams import Streams

OUTPUT_LIMIT: Final = 64 * 2**20
"""Maximum bytes of standard output. An answer to the largest dump (64 KB) needs far less."""

_GRACE: Final = 1.0
"""Seconds that a command has to end by itself."""


def run(
    command: Sequence[str], stdin: bytes, *, timeout: float, group: ProcessGroup | None = None
) -> CompletedRun:
    """Run *command* with *stdin* on standard input; *timeout* is in seconds.

    Raises `OSError` if it cannot be started, and `Cancelled` if *group* was cancelled.
    """
    if group is None:
        with ProcessGroup() as own:
            return run(command, stdin, timeout=timeout, group=own)
    process = group.start(command)
    try:
        completed = _communicate(process, stdin, time.monotonic() + timeout)
    finally:
        group.end(process)
    group.raise_if_cancelled()
    return completed


def _communicate(process: Process, given: bytes, deadline: float) -> CompletedRun:
    streams = Streams(process)
    try:
        streams.send(given, last=True)
        timed_out = too_long = False
        while not (streams.ended or timed_out or too_long):
            timed_out = not streams.step(deadline)
            too_long = len(streams.stdout) > OUTPUT_LIMIT
    finally:
        streams.close()
    status = 0
    if not timed_out and not too_long:
        try:
            status = process.wait(max(0, deadline - time.monotonic()))
        except TimeoutError:
            timed_out = True
    return CompletedRun(bytes(streams.stdout), bytes(streams.stderr), status, timed_out, too_long)


class Server:
    """A command that answers each line with lines, until it crashes or hangs."""

    def __init__(self, command: Sequence[str], group: ProcessGroup) -> None:
        """Start *command*. Raises what `ProcessGroup.start` raises."""
        self._group = group
        self._process = group.start(command)
        self._streams = Streams(self._process)

    def ask(self, line: bytes, *, timeout: float) -> CompletedRun:
        """Send one line; return the answer as ``stdout``, without its newline.

        After ``crashed``, ``timed_out`` or ``output_too_long`` this server cannot be used again.
        Raises `Cancelled` if the group was cancelled.
        """
        self._streams.send(line + b"\n")
        return self.receive(timeout=timeout)

    def receive(self, *, timeout: float) -> CompletedRun:
        """Return the next line that the command prints, as `ask` does."""
        completed = self._receive(time.monotonic() + timeout)
        self._group.raise_if_cancelled()
        return completed

    def _receive(self, deadline: float) -> CompletedRun:
        streams = self._streams
        while (answer := streams.take_line()) is None:
            if len(streams.stdout) > OUTPUT_LIMIT:
                return CompletedRun(b"", bytes(streams.stderr), 0, output_too_long=True)
            if streams.stdout_ended:
                return self._unanswered(deadline)
            if not streams.step(deadline):
                return CompletedRun(b"", bytes(streams.stderr), 0, timed_out=True)
        return CompletedRun(answer, b"", 0)

    def _unanswered(self, deadline: float) -> CompletedRun:
        """Return the end of a command that closed standard output."""
        streams = self._streams
        # A process that the command left may keep standard error open for ever.
        said_all = min(deadline, time.monotonic() + _GRACE)
        while not streams.ended and streams.step(said_all):
            pass
        try:
            status = self._process.wait(max(0, deadline - time.monotonic()))
        except TimeoutError:
            return CompletedRun(b"", bytes(streams.stderr), 0, timed_out=True)
        return CompletedRun(b"", bytes(streams.stderr), status, unanswered=True)

    def close(self) -> None:
        """Close the command's standard input, then kill it if it does not end within a second."""
        self._streams.close()
        self._process.stdin.close()
        # One whose supervisor was killed has no end that could be awaited.
        with contextlib.suppress(TimeoutError, ConnectionError):
            self._process.wait(_GRACE)
        self._group.end(self._process)
