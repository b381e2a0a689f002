"""Signals that ask a run to end, whenever and wherever they come."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator

import pytest

from procmaps.check.end_signals import EndedBySignal, EndSignals
from tests.check.test_left_processes import ENDS, PATIENCE
from tests.support.signals import as_in_foreground


@pytest.fixture(autouse=True)
def _in_foreground() -> Iterator[None]:
    """Let no signal be ignored, and restore what was."""
    before = {number: signal.getsignal(number) for number in ENDS}
    as_in_foreground()
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def run(signals: EndSignals, cancel: Callable[[], None], action: Callable[[], None]) -> None:
    with signals, signals.cancelling(cancel):
        action()


@pytest.mark.parametrize("number", ENDS)
def test_a_signal_that_does_not_wake_the_main_thread_is_received(number: signal.Signals) -> None:
    """As one that comes just before the main thread waits for a lock."""
    cancelled, over = threading.Event(), threading.Event()
    other = threading.Thread(target=over.wait)
    other.start()

    def action() -> None:
        os.kill(os.getpid(), number)
        assert cancelled.wait(PATIENCE)

    signal.pthread_sigmask(signal.SIG_BLOCK, [number])
    try:
        with pytest.raises(EndedBySignal, match=ENDS[number]):
            run(EndSignals(), cancelled.set, action)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [number])
        over.set()
        other.join()


def test_a_signal_before_a_thread_watches_cancels(monkeypatch: pytest.MonkeyPatch) -> None:
    set_wakeup_fd, cancelled = signal.set_wakeup_fd, threading.Event()

    def late(file: int, *, warn_on_full_buffer: bool = True) -> int:
        if file >= 0:
            os.kill(os.getpid(), signal.SIGTERM)
        return set_wakeup_fd(file, warn_on_full_buffer=warn_on_full_buffer)

    monkeypatch.setattr(signal, "set_wakeup_fd", late)
    with pytest.raises(EndedBySignal, match="SIGTERM"):
        run(EndSignals(), cancelled.set, lambda: None)
    assert cancelled.is_set()


def test_another_signal_cancels_nothing() -> None:
    cancelled, seen = threading.Event(), threading.Event()
    before = signal.signal(signal.SIGUSR1, lambda _number, _frame: seen.set())
    try:
        run(EndSignals(), cancelled.set, lambda: os.kill(os.getpid(), signal.SIGUSR1))
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert seen.is_set()
    assert not cancelled.is_set()
    assert signal.set_wakeup_fd(-1) == -1


def test_nobody_watches_after_an_error_in_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    failed: list[object] = []
    monkeypatch.setattr(threading, "excepthook", failed.append)

    def action() -> None:
        raise ValueError("an error of the block")

    before = threading.active_count()
    for _ in range(50):
        with pytest.raises(ValueError, match="an error of the block"):
            run(EndSignals(), pytest.fail, action)
    assert threading.active_count() == before
    assert failed == []
