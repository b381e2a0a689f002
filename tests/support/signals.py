"""Signals of programs that tests start."""

from __future__ import annotations

import signal


def as_in_foreground() -> None:
    """Let the signals of a terminal end the new program; for ``preexec_fn`` of `subprocess`.

    A program inherits which signals are ignored: SIGINT in a background job of a shell, SIGHUP
    below nohup.
    """
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
