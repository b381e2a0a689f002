"""End a run properly when the system asks for it: by Ctrl-C, SIGTERM or SIGHUP."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from queue import SimpleQueue
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
        self._cancel: SimpleQueue[bool] | None = None
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
        if self._cancel is None:
            raise EndedBySignal(self._received)
        self._cancel.put(True)  # noqa: FBT003 - the one thing that may be done anywhere

    @contextmanager
    def cancelling(self, cancel: Callable[[], None]) -> Generator[None, None, None]:
        """Call *cancel* for a signal in the block, and raise `EndedBySignal` at the block's end.

        Nothing is raised inside, where it could interrupt the removal of a folder. *cancel* is
        called in another thread, because the main thread may hold a lock that it needs.
        """
        wanted: SimpleQueue[bool] = SimpleQueue()

        def wait() -> None:
            if wanted.get():
                cancel()

        waiting = threading.Thread(target=wait)
        waiting.start()
        self._cancel = wanted
        try:
            yield
        finally:
            self._cancel = None
            wanted.put(False)  # noqa: FBT003 - nothing is to be cancelled any more
            waiting.join()
            if self._received is not None:
                raise EndedBySignal(self._received)
