"""Run a parser's command with a time limit and an output limit, and kill all it started."""

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
"""Maximum bytes of standard output. An answer to the largest dump (64 KB) needs far less."""

_STDERR_TAIL = 2000
"""Bytes of standard error that are kept: the end, where programs print the reason."""

_CHUNK_SIZE = 65536

_ERROR_LINE = re.compile(rb"\b\w*(?:Error|Exception)\b|\berror\b|panic", re.ASCII)
"""Matches the line in which a program says that it failed."""


@attrs.frozen
class CompletedRun:
    """The outcome of one run of a command."""

    stdout: bytes
    stderr: bytes
    """The last bytes of standard error."""
    status: int
    """The exit status as `subprocess` reports it: negative for a signal."""
    timed_out: bool = False
    output_too_long: bool = False
    """Standard output was longer than `OUTPUT_LIMIT`."""
    unanswered: bool = False
    """A batch command ended without answering the request."""

    @property
    def crashed(self) -> bool:
        """Whether the command failed by itself: by a status, a signal, or a missing answer."""
        return self.status != 0 or self.unanswered

    @property
    def reason(self) -> str:
        """The end in words, with the line of standard error that most likely explains it."""
        if self.status < 0:
            try:
                name = signal.Signals(-self.status).name
            except ValueError:
                name = f"signal {-self.status}"
            ending = f"killed by {name}"
        else:
            ending = f"exit status {self.status}"
            if not self.status:
                ending += " without an answer"
        lines = [line for line in self.stderr.split(b"\n") if line]
        # After the message some languages print a version, a stack or where to report it.
        candidates = [line for line in lines if _ERROR_LINE.search(line)] or lines
        if not candidates:
            return ending
        return f"{ending}: {candidates[-1].decode('utf-8', 'backslashreplace')}"


def start(command: Sequence[str], *, stderr: int | IO[bytes]) -> subprocess.Popen[bytes]:
    """Start *command* in a session of its own, so that `end` reaches all of its processes.

    Raises `OSError` if it cannot be started.
    """
    return subprocess.Popen(  # noqa: S603 - running the user's command is the purpose
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
    """Kill *process* and everything that it started, and wait for it."""
    _kill(process)
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with contextlib.suppress(BrokenPipeError):
                stream.close()


class Cancelled(Exception):
    """The group was cancelled: the command was not started, or was killed."""


class ProcessGroup:
    """The commands that run at this moment. Any thread can cancel them all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._cancelled = False

    def start(self, command: Sequence[str], *, stderr: int | IO[bytes]) -> subprocess.Popen[bytes]:
        """Start *command* as `start` does. Raises `OSError`, and `Cancelled` after `cancel`."""
        process = start(command, stderr=stderr)
        with self._lock:
            if not self._cancelled:
                self._processes.add(process)
                return process
        end(process)
        raise Cancelled

    def end(self, process: subprocess.Popen[bytes]) -> None:
        """End a process that was started here."""
        with self._lock:
            self._processes.discard(process)
        end(process)

    def cancel(self) -> None:
        """Kill all commands, and let none start again."""
        with self._lock:
            self._cancelled = True
            for process in self._processes:
                _kill(process)

    def raise_if_cancelled(self) -> None:
        """Raise `Cancelled` after `cancel`: a killed command says nothing about the parser."""
        with self._lock:
            if self._cancelled:
                raise Cancelled


def run(
    command: Sequence[str], stdin: bytes, *, timeout: float, group: ProcessGroup | None = None
) -> CompletedRun:
    """Run *command* with *stdin* on standard input; *timeout* is in seconds.

    Raises `OSError` if it cannot be started, and `Cancelled` if *group* was cancelled.
    """
    group = group or ProcessGroup()
    process = group.start(command, stderr=subprocess.PIPE)
    try:
        completed = _communicate(process, stdin, time.monotonic() + timeout)
    finally:
        group.end(process)
    group.raise_if_cancelled()
    return completed


def _communicate(process: subprocess.Popen[bytes], given: bytes, deadline: float) -> CompletedRun:
    """Write and read at the same time: either side may fill its pipe first."""
    stdin, stdout, stderr = process.stdin, process.stdout, process.stderr
    if stdin is None or stdout is None or stderr is None:
        raise ValueError("the process needs three pipes")
    output = {stdout: bytearray(), stderr: bytearray()}
    unsent = memoryview(given)
    with selectors.DefaultSelector() as selector:
        for stream in (stdout, stderr):
            selector.register(stream, selectors.EVENT_READ)
        os.set_blocking(stdin.fileno(), False)
        selector.register(stdin, selectors.EVENT_WRITE)
        timed_out = too_long = False
        while selector.get_map() and not timed_out and not too_long:
            events = selector.select(max(0, deadline - time.monotonic()))
            ready = {key.fileobj for key, _ in events}
            timed_out = not ready
            if stdin in ready and not (unsent := _send(stdin, unsent)):
                selector.unregister(stdin)
                stdin.close()
            for stream in (stdout, stderr):
                if stream in ready:
                    chunk = os.read(stream.fileno(), _CHUNK_SIZE)
                    output[stream] += chunk
                    if not chunk:
                        selector.unregister(stream)
            del output[stderr][:-_STDERR_TAIL]
            too_long = len(output[stdout]) > OUTPUT_LIMIT
    status = 0
    if not timed_out and not too_long:
        try:
            status = process.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            timed_out = True
    return CompletedRun(bytes(output[stdout]), bytes(output[stderr]), status, timed_out, too_long)


def _send(stdin: IO[bytes], unsent: memoryview) -> memoryview:
    """Return what is still unsent: nothing if the command has stopped reading, as it may."""
    try:
        return unsent[os.write(stdin.fileno(), unsent[:_CHUNK_SIZE]) :]
    except BrokenPipeError:
        return unsent[:0]


class Server:
    """A command that answers each line with one line, until it crashes or hangs."""

    def __init__(self, command: Sequence[str], group: ProcessGroup | None = None) -> None:
        """Start *command*. Raises what `ProcessGroup.start` raises."""
        self._group = group or ProcessGroup()
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._process = self._group.start(command, stderr=self._stderr)
        self._unread = bytearray()

    def ask(self, line: bytes, *, timeout: float) -> CompletedRun:
        """Send one line; return the answer as ``stdout``, without its newline.

        After ``crashed``, ``timed_out`` or ``output_too_long`` this server cannot be used again.
        Raises `Cancelled` if the group was cancelled.
        """
        completed = self._ask(line, time.monotonic() + timeout)
        self._group.raise_if_cancelled()
        return completed

    def _ask(self, line: bytes, deadline: float) -> CompletedRun:
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise ValueError("the server was closed")
        with contextlib.suppress(BrokenPipeError):
            stdin.write(line + b"\n")
            stdin.flush()
        with selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ)
            while b"\n" not in self._unread:
                if not selector.select(max(0, deadline - time.monotonic())):
                    return CompletedRun(b"", self._stderr_tail(), 0, timed_out=True)
                chunk = os.read(stdout.fileno(), _CHUNK_SIZE)
                if not chunk:
                    status = self._process.wait()
                    return CompletedRun(b"", self._stderr_tail(), status, unanswered=True)
                self._unread += chunk
                if len(self._unread) > OUTPUT_LIMIT:
                    return CompletedRun(b"", self._stderr_tail(), 0, output_too_long=True)
        answer, _, self._unread = self._unread.partition(b"\n")
        return CompletedRun(bytes(answer), b"", 0)

    def close(self) -> None:
        """Close the command's standard input, then kill it if it does not end within a second."""
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        self._group.end(self._process)
        self._stderr.close()

    def _stderr_tail(self) -> bytes:
        self._stderr.seek(0, os.SEEK_END)
        self._stderr.seek(max(0, self._stderr.tell() - _STDERR_TAIL))
        return self._stderr.read()
