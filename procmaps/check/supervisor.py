"""Run commands one after the other, and end every process that a command leaves.

This is a program of its own, started by `procmaps.check.processes` with ``python -I -S -c``. It
imports nothing but the standard library. Standard input is a socket to the process that gives the
orders. When that process ends, by whatever signal, the socket closes, and the command is ended.

On Linux the orphans of a command become children of this process (PR_SET_CHILD_SUBREAPER), so that
one in a session of its own is found, too. Elsewhere only the command's session is ended. A process
that changed its user cannot be killed.

An order is its length (4 bytes), the words of the command with a NUL between each two, and three
descriptors: the command's standard streams. One byte while the command runs means: end it. The
answers are lines: ``started PID`` or ``failed ERRNO``, ``exited STATUS``, ``ended``.
"""

import contextlib
import errno
import fcntl
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Iterator

HEADER_SIZE = 4
"""Bytes of the length of an order."""

PATIENCE = 10.0
"""Seconds until killed processes must have ended. One that waits for a broken disk does not."""

_STANDARD_STREAMS = (0, 1, 2)
_PR_SET_CHILD_SUBREAPER = 36
_LONGEST_PAUSE = 0.05


def adopt_orphans() -> bool:
    """Become the parent of each descendant whose parent ends; return whether that is possible."""
    if sys.platform != "linux":
        return False
    try:
        import ctypes  # noqa: PLC0415 - an interpreter can be built without it
    except ImportError:
        return False
    refused: int = ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    return not refused


def children() -> Iterator[int]:
    """Yield the PIDs of the children of this process."""
    own = str(os.getpid()).encode()
    for name in os.listdir("/proc"):  # noqa: PTH208 - pathlib would double the time of a start
        if name.isdecimal():
            # A process can end at any moment.
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                with open(f"/proc/{name}/stat", "rb") as file:  # noqa: PTH123
                    _, _, fields = file.read().rpartition(b")")
                if fields.split()[1] == own:
                    yield int(name)


def _own(stream: int) -> int:
    """Move a received descriptor: commands inherit no copy, and it is no standard stream."""
    try:
        return fcntl.fcntl(stream, fcntl.F_DUPFD_CLOEXEC, len(_STANDARD_STREAMS))
    finally:
        os.close(stream)


class Supervisor:
    """Serves the orders that come over a socket."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self._adopts = adopt_orphans()
        self._wake, wake_up = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(wake_up, False)
        signal.set_wakeup_fd(wake_up, warn_on_full_buffer=False)
        # A byte is written to the pipe only for a signal that has a handler.
        signal.signal(signal.SIGCHLD, lambda _signal, _frame: None)
        self._command = 0
        """PID of the command until it is reaped; a reaped PID may be another process's."""
        self._group = 0

    def serve(self) -> None:
        """Serve until the socket is closed, or until a process cannot be ended."""
        while order := self._receive():
            words, streams = order
            try:
                self._command = self._group = self._spawn(words, streams)
            except OSError as error:
                self._answer(f"failed {error.errno}")
                continue
            finally:
                for stream in streams:
                    os.close(stream)
            try:
                self._answer(f"started {self._command}")
                self._watch()
            finally:
                ended = self._end_all()
            if not ended:
                return
            self._answer("ended")

    def _answer(self, line: str) -> None:
        self._link.sendall(line.encode() + b"\n")

    def _receive(self) -> tuple[list[bytes], list[int]] | None:
        """Return the words and the streams of the next command, or None at the end."""
        header, received, _, _ = socket.recv_fds(self._link, HEADER_SIZE, len(_STANDARD_STREAMS))
        streams = [_own(stream) for stream in received]
        if not header:
            return None
        unread = int.from_bytes(header, "little")
        parts: list[bytes] = []
        while unread:
            part = self._link.recv(unread)
            if not part:
                return None
            parts.append(part)
            unread -= len(part)
        return b"".join(parts).split(b"\0"), streams

    def _spawn(self, words: list[bytes], streams: list[int]) -> int:
        """Start the command in a session of its own, and return its PID."""
        if len(streams) != len(_STANDARD_STREAMS):
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return os.posix_spawnp(
            words[0],
            words,
            os.environb,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, stream, number)
                for stream, number in zip(streams, _STANDARD_STREAMS, strict=True)
            ],
            setsid=True,
            # Python ignores these, and a command would inherit that.
            setsigdef=(signal.SIGPIPE, signal.SIGXFSZ),
        )

    def _watch(self) -> None:
        """Report the command's end, and return when it must be ended or the socket is closed."""
        while True:
            link = self._link.fileno()
            ready, _, _ = select.select([link, self._wake], [], [])
            if link in ready:
                self._link.recv(1)
                return
            self._sleep(0)
            self._reap(report=True)

    def _sleep(self, seconds: float) -> None:
        """Sleep until a child ends, at most this long."""
        select.select([self._wake], [], [], seconds)
        with contextlib.suppress(BlockingIOError):
            while os.read(self._wake, 4096):
                pass

    def _reap(self, *, report: bool = False) -> bool:
        """Wait for the children that have ended; return whether any other is left."""
        try:
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if not pid:
                    return True
                if pid == self._command:
                    self._command = 0
                    if report:
                        self._answer(f"exited {os.waitstatus_to_exitcode(status)}")
        except ChildProcessError:
            return False

    def _end_all(self) -> bool:
        """Kill the command and all that it started; return whether they ended in time."""
        if self._command or not self._adopts:
            # Together, so that none can start another while its parent is killed.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._group, signal.SIGKILL)
        deadline = time.monotonic() + PATIENCE
        pause = 0.001
        while self._reap():
            if time.monotonic() > deadline:
                return False
            if self._adopts:
                # Each child that is killed may leave orphans, which are children next time.
                for child in children():
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        os.kill(child, signal.SIGKILL)
            self._sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        return True


def main() -> None:
    """Serve the socket on standard input."""
    with socket.socket(fileno=0) as link, contextlib.suppress(BrokenPipeError, ConnectionError):
        Supervisor(link).serve()


if __name__ == "__main__":
    main()
