"""The standard streams of the program when one is closed, or cannot be written."""

from __future__ import annotations

import io
import os
import sys


def open_missing() -> None:
    """Open /dev/null in place of each closed standard descriptor.

    Otherwise the next file that is opened would be taken for the standard stream. ``sys.stdin`` and
    ``sys.stdout`` stay None, so that their use can be reported; messages go nowhere.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            # The lowest free number is this one.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # noqa: FBT003
    if sys.stderr is None:  # pyright: ignore[reportUnnecessaryComparison] - see sys.stderr
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123  # type: ignore[unreachable]


def escape_unencodable() -> None:
    """Let characters that the terminal cannot show become their numbers, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def discard(descriptor: int) -> None:
    """Send nowhere what is still unwritten: the interpreter's last flush must not fail."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


def complain(message: str) -> int:
    """Print *message* on standard error, and return the exit code 2.

    If that is a full disk too, nobody can be given the reason; the exit code remains.
    """
    try:
        sys.stderr.write(f"procmaps: {message}\n")
        sys.stderr.flush()
    except OSError:
        discard(2)
    return 2
