"""Write to a process and read from it at the same time: either side may fill its pipe first."""

from __future__ import annotations

import os
import selectors
import time
from typing import Final

from procmaps.check.processes import Process

_STDERR_TAIL: Final = 2000
"""Bytes of standard error that are kept: the end, where programs print the reason."""

_CHUNK_SIZE: Final = 65536


class Streams:
    """The standard streams of a process, and what was read from them so far."""

    def __init__(self, process: Process) -> None:
        self.stdout = bytearray()
        """What was read and not taken by `take_line`."""
        self.stderr = bytearray()
        """The last bytes of standard error."""
        self._process = process
        self._unsent = memoryview(b"")
        self._close_stdin = False
        self._searched = 0
        """Bytes of `stdout` that contain no newline."""
        self._selector = selectors.DefaultSelector()
        for stream in (process.stdout, process.stderr):
            self._selector.register(stream, selectors.EVENT_READ)
        os.set_blocking(process.stdin.fileno(), False)

    def close(self) -> None:
        """Stop watching the streams, which stay open."""
        self._selector.close()

    @property
    def stdout_ended(self) -> bool:
        """Whether the process, and all that inherited it, closed standard output."""
        return self._process.stdout not in self._selector.get_map()

    @property
    def ended(self) -> bool:
        """Whether all was sent, and both outputs are closed."""
        return not self._selector.get_map()

    def send(self, given: bytes, *, last: bool = False) -> None:
        """Send *given* while `step` runs; close standard input after it if it is the *last*."""
        self._unsent = memoryview(given)
        self._close_stdin = last
        if not self._process.stdin.closed and self._process.stdin not in self._selector.get_map():
            self._selector.register(self._process.stdin, selectors.EVENT_WRITE)

    def step(self, deadline: float) -> bool:
        """Write and read once what is possible; return False if nothing was until *deadline*."""
        events = self._selector.select(max(0, deadline - time.monotonic()))
        for key, _ in events:
            if key.fileobj is self._process.stdin:
                self._write()
            else:
                is_stdout = key.fileobj is self._process.stdout
                output = self.stdout if is_stdout else self.stderr
                chunk = os.read(key.fd, _CHUNK_SIZE)
                output += chunk
                if not chunk:
                    self._selector.unregister(key.fileobj)
        del self.stderr[:-_STDERR_TAIL]
        return bool(events)

    def _write(self) -> None:
        stdin = self._process.stdin
        try:
            self._unsent = self._unsent[os.write(stdin.fileno(), self._unsent[:_CHUNK_SIZE]) :]
        except BrokenPipeError:
            # The command has stopped reading, as it may.
            self._unsent = self._unsent[:0]
        if not self._unsent:
            self._selector.unregister(stdin)
            if self._close_stdin:
                stdin.close()

    def take_line(self) -> bytes | None:
        """Remove the first line from `stdout` and return it without its newline; None if none."""
        end = self.stdout.find(b"\n", self._searched)
        if end < 0:
            self._searched = len(self.stdout)
            return None
        line = bytes(self.stdout[:end])
        del self.stdout[: end + 1]
        self._searched = 0
        return line
