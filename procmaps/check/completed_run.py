"""The outcome of one run of a parser's command, and why it failed."""

from __future__ import annotations

import re
import signal
from collections.abc import Sequence

import attrs

_ERROR_LINE = re.compile(rb"\b\w*(?:Error|Exception)\b|\berror\b|panic", re.ASCII)
"""Matches the line in which a program says that it failed."""


_PANIC = re.compile(rb"^panic: |^thread .* panicked at ", re.ASCII)
"""Matches the line in which Go and Rust say that they panicked. A stack follows."""


def _explaining(lines: Sequence[bytes]) -> bytes:
    """Return what most likely explains a failure: some languages print a stack after it."""
    for index in range(len(lines) - 1, -1, -1):
        if _PANIC.search(lines[index]):
            # Rust prints the message on the line after the place.
            return b" ".join(lines[index : index + (2 if lines[index].endswith(b":") else 1)])
    candidates = [line for line in lines if _ERROR_LINE.search(line)] or lines
    return candidates[-1] if candidates else b""


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
    """Standard output was longer than the limit."""
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
        explanation = _explaining(lines)
        if not explanation:
            return ending
        return f"{ending}: {explanation.decode('utf-8', 'backslashreplace')}"
