"""End a run properly when the system asks for it: by Ctrl-C, SIGTERM or SIGHUP."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import Final, Self

import attrs

_NAMES: Final = ("SIGINT", "SIGTERM", "SIGHUP")


@attrs.frozen
class EndedBySignal(KeyboardInterrupt):
    """The process was asked to end."""

    signal: signal.Signals

    @property
    def status(self) -> int:
        """The exit status, as shells give it."""
        return 128 + self.signal

    def __str__(self) -> str:
        return "interrupted" if self.signal == signal.SIGINT else f"ended by {self.signal.name}"


class EndSignals:
    """Turns the first signal into `EndedBySignal`. Later ones must not disturb the cleaning up.

    A context manager for the main thread of a program that ends after `EndedBySignal`. A signal
    that is ignored stays so, such as SIGHUP under nohup.
    """

    def __init__(self) -> None:
        self._received: signal.Signals | None = None
        self._is_cancelling = False
        known = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
        before = {number: signal.getsignal(number) for number in known}
        self._before = {
            number: handler for number, handler in before.items() if handler is not signal.SIG_IGN
        }

    def __enter__(self) -> Self:
        for number in self._before:
            signal.signal(number, self._receive)
        return self

    def __exit__(self, *_: object) -> None:
        ended = self._received is not None
        for number, handler in self._before.items():
            # The interpreter resets handlers at its end, when a second signal can still come.
            signal.signal(number, signal.SIG_IGN if ended else handler)

    def _receive(self, number: int, _frame: FrameType | None) -> None:
        if self._received is not None:
            return
        self._received = signal.Signals(number)
        if not self._is_cancelling:
            raise EndedBySignal(self._received)

    @contextmanager
    def cancelling(self, cancel: Callable[[], None]) -> Generator[None, None, None]:
        """Call *cancel* for a signal in the block, and raise `EndedBySignal` at the block's end.

        Nothing is raised inside, where it could interrupt the removal of a folder. *cancel* is
        called in another thread, because the main thread may hold a lock that it needs. For a
        signal before the block it is called in the main thread, and perhaps twice.
        """
        self._is_cancelling = True
        try:
            with self._watching(cancel):
                if self._received is not None:
                    cancel()  # that one came before anybody watched
                yield
        finally:
            self._is_cancelling = False
            if self._received is not None:
                raise EndedBySignal(self._received)

    @contextmanager
    def _watching(self, cancel: Callable[[], None]) -> Generator[None, None, None]:
        """Let another thread read the numbers that the interpreter writes as signals come.

        Python calls `_receive` in the main thread, when that runs. A signal that comes just before
        it waits for a lock, or to another thread, does not wake it.
        """
        reading, writing = socket.socketpair()
        with reading, writing:
            waiting = threading.Thread(target=self._wait, args=(reading, cancel))
            waiting.start()
            try:
                writing.setblocking(False)  # noqa: FBT003 - sockets take no keywords
                before = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
                try:
                    yield
                finally:
                    signal.set_wakeup_fd(before)
            finally:
                writing.close()
                waiting.join()

    def _wait(self, numbers: socket.socket, cancel: Callable[[], None]) -> None:
        """Call *cancel* for the first signal that ends the run. Return when *numbers* ends."""
        while number := numbers.recv(1):
            if number[0] in self._before:
                self._received = self._received or signal.Signals(number[0])
                cancel()
                return
