"""Start commands so that nothing of them is left, even if this process is killed.

Each command runs under a supervisor, a small process that ends what the command left
(`procmaps.check.supervisor`). A supervisor runs one command at a time, and is used again.
"""

from __future__ import annotations

import contextlib
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from functools import cache
from io import FileIO
from typing import Final, Self

import attrs

from procmaps.check.supervisor import HEADER_SIZE

_MESSAGE_SIZE = 4096
_END: Final = b"\0"
"""The order to end the command."""


@cache
def _program() -> str:
    """Return the supervisor's source. It need not be a file: the package may be in an archive."""
    source = pkgutil.get_data("procmaps.check", "supervisor.py")
    if source is None:
        raise FileNotFoundError("procmaps/check/supervisor.py")
    return source.decode()


class Cancelled(BaseException):
    """The group was cancelled: the command was not started, or was killed.

    No `Exception`: it ends whatever runs, and Hypothesis must not take it for a failed test.
    """


@attrs.define(eq=False)
class Process:
    """A running command, and our ends of its pipes."""

    pid: int
    stdin: FileIO
    stdout: FileIO
    stderr: FileIO
    supervisor: Supervisor

    def wait(self, timeout: float) -> int:
        """Return the exit status, negative for a signal; *timeout* is in seconds.

        Raises `TimeoutError`, and `ConnectionError` if the supervisor was killed.
        """
        return self.supervisor.wait(timeout)

    def close_streams(self) -> None:
        """Close our ends of the pipes."""
        for stream in (self.stdin, self.stdout, self.stderr):
            stream.close()


class Supervisor:
    """A supervising process, seen from this side of its socket."""

    def __init__(self) -> None:
        """Raises `OSError` if no process can be started."""
        self._link, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = subprocess.Popen(  # noqa: S603 - the interpreter itself
                    (sys.executable, "-I", "-S", "-c", _program()),
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    start_new_session=True,
                )
            except BaseException:
                self._link.close()
                raise
        self._unread = b""
        self._status: int | None = None

    def start(self, command: Sequence[str]) -> Process:
        """Start *command*. Raises `OSError` if that fails, or if the supervisor was killed."""
        if any("\0" in word for word in command):
            raise ValueError("a word of the command contains a NUL")
        self._status = None
        with contextlib.ExitStack() as ours, contextlib.ExitStack() as theirs:
            stdin_end, stdin = _pipe(theirs, ours)
            stdout, stdout_end = _pipe(ours, theirs)
            stderr, stderr_end = _pipe(ours, theirs)
            order = b"\0".join(map(os.fsencode, command))
            order = len(order).to_bytes(HEADER_SIZE, "little") + order
            streams = [stdin_end.fileno(), stdout_end.fileno(), stderr_end.fileno()]
            self._link.sendall(order[socket.send_fds(self._link, [order], streams) :])
            word, number = self._answer()
            if word != "started":
                raise OSError(number, os.strerror(number), command[0])
            ours.pop_all()
            return Process(number, stdin, stdout, stderr, self)

    def wait(self, timeout: float) -> int:
        """Return the command's exit status, as `Process.wait` does."""
        if self._status is None:
            word, number = self._answer(time.monotonic() + timeout)
            # After `hang_up` the command is killed, and its own end is not reported.
            self._status = number if word == "exited" else -signal.SIGKILL
        return self._status

    def end(self) -> bool:
        """End the command and all that it started; return whether another can be started."""
        try:
            self._link.sendall(_END)
            while self._answer()[0] != "ended":
                pass
        except ConnectionError:
            return False
        return True

    def hang_up(self) -> None:
        """Let the supervisor end the command and then itself. Any thread may call this."""
        with contextlib.suppress(OSError):  # it may have been killed
            self._link.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """End the command and the supervisor, and wait for both."""
        self.hang_up()
        self._process.wait()
        self._link.close()

    def _answer(self, deadline: float | None = None) -> tuple[str, int]:
        """Return the next answer. Raises `TimeoutError`, and `ConnectionError` at the end."""
        while b"\n" not in self._unread:
            if deadline is not None:
                left = max(0, deadline - time.monotonic())
                if not _readable(self._link, left):
                    raise TimeoutError
            received = self._link.recv(_MESSAGE_SIZE)
            if not received:
                raise ConnectionResetError("the process that supervises the command ended")
            self._unread += received
        line, _, self._unread = self._unread.partition(b"\n")
        word, _, number = line.decode().partition(" ")
        return word, int(number or 0)


def _readable(link: socket.socket, seconds: float) -> bool:
    """Wait until *link* can be read; poll, because select refuses descriptors above 1023."""
    poll = select.poll()
    poll.register(link, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def _pipe(reader: contextlib.ExitStack, writer: contextlib.ExitStack) -> tuple[FileIO, FileIO]:
    """Return the ends of a new pipe; each is closed by its stack."""
    read_end, write_end = os.pipe()
    return reader.enter_context(FileIO(read_end, "rb")), writer.enter_context(
        FileIO(write_end, "wb")
    )


class ProcessGroup:
    """The commands that run at this moment. Any thread can cancel them all.

    Use it as a context manager, or close it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[Supervisor] = []
        self._busy: set[Process] = set()
        self._cancelled = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self, command: Sequence[str]) -> Process:
        """Start *command* in a session of its own, with a pipe for each standard stream.

        Raises `OSError` if it cannot be started, and `Cancelled` after `cancel`.
        """
        with self._lock:
            if self._cancelled.is_set():
                raise Cancelled
            supervisor = self._idle.pop() if self._idle else None
        if supervisor is None:
            supervisor = Supervisor()
        try:
            process = supervisor.start(command)
        except BaseException:
            supervisor.close()
            self.raise_if_cancelled()
            raise
        with self._lock:
            if not self._cancelled.is_set():
                self._busy.add(process)
                return process
        process.close_streams()
        supervisor.close()
        raise Cancelled

    def end(self, process: Process) -> None:
        """End a process that was started here, and everything that it started."""
        process.close_streams()
        usable = process.supervisor.end()
        with self._lock:
            self._busy.discard(process)
            usable = usable and not self._cancelled.is_set()
            if usable:
                self._idle.append(process.supervisor)
        if not usable:
            process.supervisor.close()

    def cancel(self) -> None:
        """Kill all commands, and let none start again."""
        with self._lock:
            self._cancelled.set()
            for process in self._busy:
                process.supervisor.hang_up()

    def close(self) -> None:
        """Cancel, and end the idle supervisors. Each command must still be ended by `end`."""
        self.cancel()
        with self._lock:
            idle, self._idle = self._idle, []
        for supervisor in idle:
            supervisor.close()

    def raise_if_cancelled(self) -> None:
        """Raise `Cancelled` after `cancel`: a killed command says nothing about the parser."""
        if self._cancelled.is_set():
            raise Cancelled
