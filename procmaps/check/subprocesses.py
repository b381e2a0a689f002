"""Running a command on a dump: with a time limit, a limit of output, and its session ended."""

from __future__ import annotations

import contextlib
import os
import re
import selectors
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from typing import IO, Final

import attrs

OUTPUT_LIMIT: Final = 64 * 2**20
"""Bytes of output from which on a command is stopped: the largest dump is 64 KB."""

_TAIL = 2000
"""Bytes of standard error that are kept: the end, where the reason stands."""

_CHUNK = 65536

_TELLING = re.compile(rb"\b\w*(?:Error|Exception)\b|\berror\b|panic", re.ASCII)
"""What stands in the line in which a program says that it failed."""


@attrs.frozen
class Ended:
    """How a command ended, or why it was ended."""

    stdout: bytes
    stderr: bytes
    """The last of it."""
    status: int
    """As `subprocess` has it: negative for a signal."""
    timed_out: bool = False
    too_much: bool = False
    """It printed more than `OUTPUT_LIMIT`."""
    unanswered: bool = False
    """It ended in place of answering a line."""

    @property
    def crashed(self) -> bool:
        """Whether it ended by itself and as it should not."""
        return self.status != 0 or self.unanswered

    @property
    def how(self) -> str:
        """The end in words, with the line of standard error that most likely says why."""
        if self.status < 0:
            try:
                name = signal.Signals(-self.status).name
            except ValueError:
                name = f"signal {-self.status}"
            told = f"ended by {name}"
        else:
            told = f"exit status {self.status}"
            if not self.status:
                told += " in place of an answer"
        lines = [line for line in self.stderr.split(b"\n") if line]
        # Behind the message some languages print a version, a stack or where to report it.
        telling = [line for line in lines if _TELLING.search(line)] or lines
        return f"{told}: {telling[-1].decode('utf-8', 'backslashreplace')}" if lines else told


def start(command: Sequence[str], *, stderr: int | IO[bytes]) -> subprocess.Popen[bytes]:
    """Start *command* in a session of its own, so that all of it can be ended. Raises `OSError`."""
    return subprocess.Popen(  # noqa: S603 - running a command of the user's is what this is for
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        start_new_session=True,
    )


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def end(process: subprocess.Popen[bytes]) -> None:
    """End *process* and all that it started, and wait for it."""
    _kill(process)
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with contextlib.suppress(BrokenPipeError):
                stream.close()


class Stopped(Exception):
    """No command is started any more."""


class Running:
    """The commands that run at this moment, so that any thread can end them all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def start(self, command: Sequence[str], *, stderr: int | IO[bytes]) -> subprocess.Popen[bytes]:
        """`start` *command*. Raises `OSError`, and `Stopped` after `stop`."""
        process = start(command, stderr=stderr)
        with self._lock:
            if not self._stopped:
                self._processes.add(process)
                return process
        end(process)
        raise Stopped

    def end(self, process: subprocess.Popen[bytes]) -> None:
        """`end` a process that was started here."""
        with self._lock:
            self._processes.discard(process)
        end(process)

    def stop(self) -> None:
        """Kill all that run; whoever waits for one sees it end."""
        with self._lock:
            self._stopped = True
            for process in self._processes:
                _kill(process)


def run(
    command: Sequence[str], given: bytes, *, timeout: float, running: Running | None = None
) -> Ended:
    """Run *command* with *given* on standard input.

    Raises `OSError` where it cannot be started, and `Stopped` where *running* has been stopped.
    """
    running = running or Running()
    process = running.start(command, stderr=subprocess.PIPE)
    try:
        return _converse(process, given, time.monotonic() + timeout)
    finally:
        running.end(process)


def _converse(process: subprocess.Popen[bytes], given: bytes, deadline: float) -> Ended:
    """Feed and read at once: either side may fill its pipe first."""
    stdin, stdout, stderr = process.stdin, process.stdout, process.stderr
    if stdin is None or stdout is None or stderr is None:
        raise ValueError("a process with three pipes is needed")
    found = {stdout: bytearray(), stderr: bytearray()}
    rest = memoryview(given)
    with selectors.DefaultSelector() as waiting:
        for stream in (stdout, stderr):
            waiting.register(stream, selectors.EVENT_READ)
        os.set_blocking(stdin.fileno(), False)
        waiting.register(stdin, selectors.EVENT_WRITE)
        late = too_much = False
        while waiting.get_map() and not late and not too_much:
            ready = {key.fileobj for key, _ in waiting.select(max(0, deadline - time.monotonic()))}
            late = not ready
            if stdin in ready and not (rest := _feed(stdin, rest)):
                waiting.unregister(stdin)
                stdin.close()
            for source in (stdout, stderr):
                if source in ready:
                    chunk = os.read(source.fileno(), _CHUNK)
                    found[source] += chunk
                    if not chunk:
                        waiting.unregister(source)
            del found[stderr][:-_TAIL]
            too_much = len(found[stdout]) > OUTPUT_LIMIT
    status = 0
    if not late and not too_much:
        try:
            status = process.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            late = True
    return Ended(bytes(found[stdout]), bytes(found[stderr]), status, late, too_much)


def _feed(stdin: IO[bytes], rest: memoryview) -> memoryview:
    """What is left of *rest*; nothing where the command has stopped reading, as it may."""
    try:
        return rest[os.write(stdin.fileno(), rest[:_CHUNK]) :]
    except BrokenPipeError:
        return rest[:0]


class Server:
    """A command that answers one line for each line, until it crashes or hangs."""

    def __init__(self, command: Sequence[str], running: Running | None = None) -> None:
        """Start *command*. Raises what `Running.start` raises."""
        self._running = running or Running()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._process = self._running.start(command, stderr=self._errors)
        self._left = bytearray()

    def ask(self, line: bytes, *, timeout: float) -> Ended:
        """One line asked; ``stdout`` of what comes back is the line answered, without its newline.

        ``crashed``, ``timed_out`` or ``too_much`` mean that this server is of no use any more.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise ValueError("the server was closed")
        deadline = time.monotonic() + timeout
        with contextlib.suppress(BrokenPipeError):
            stdin.write(line + b"\n")
            stdin.flush()
        with selectors.DefaultSelector() as waiting:
            waiting.register(stdout, selectors.EVENT_READ)
            while b"\n" not in self._left:
                if not waiting.select(max(0, deadline - time.monotonic())):
                    return Ended(b"", self._tail(), 0, timed_out=True)
                chunk = os.read(stdout.fileno(), _CHUNK)
                if not chunk:
                    return Ended(b"", self._tail(), self._process.wait(), unanswered=True)
                self._left += chunk
                if len(self._left) > OUTPUT_LIMIT:
                    return Ended(b"", self._tail(), 0, too_much=True)
        answer, _, self._left = self._left.partition(b"\n")
        return Ended(bytes(answer), b"", 0)

    def close(self) -> None:
        """End it, politely first: its standard input is closed."""
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        self._running.end(self._process)
        self._errors.close()

    def _tail(self) -> bytes:
        self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, self._errors.tell() - _TAIL))
        return self._errors.read()
