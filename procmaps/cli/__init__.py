"""The command line: ``procmaps`` and ``python -m procmaps``, one module for each command.

Exit codes: 0 fine, 1 findings, 2 wrong usage, unreadable input or unwritable output, 130 after
Ctrl-C.
"""

from __future__ import annotations

import errno
import importlib
import io
import os
import signal
import sys

_LIBRARIES = ("click", "rich")

_FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO))
"""The errors of a disk that is full or broken."""

_INTERRUPTED = 128 + signal.SIGINT
"""The exit code after Ctrl-C, as shells give it."""


def main() -> None:
    """Run the command line on ``sys.argv`` and exit."""
    try:
        sys.exit(_run())
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


def _run() -> int:
    try:
        # Both at once: a command that is imported later must not find one missing.
        for library in _LIBRARIES:
            importlib.import_module(library)
    except ModuleNotFoundError as missing:
        if missing.name not in _LIBRARIES:
            raise
        from procmaps.cli.extras import install_command  # noqa: PLC0415 - needed only here

        return _complain(
            f"the command line needs {missing.name}, which is not installed; "
            f"run: {install_command('cli')}"
        )
    if not sys.stdout:
        return _complain("cannot write to standard output: it is closed")
    if hasattr(signal, "SIGPIPE"):
        # When the reader of a pipe ends (`| head`), this process ends like any other.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    for stream in (sys.stdout, sys.stderr):
        # A character that the terminal cannot show becomes its number, never a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        try:
            return _call()
        finally:
            sys.stdout.flush()
    except OSError as error:
        # Commands handle errors of reading. What is left are errors of writing.
        if error.errno not in _FULL:
            raise
        # The interpreter flushes again at its exit. That must succeed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _complain(f"cannot write to standard output: {error.strerror}")


def _call() -> int:
    """Run the command that ``sys.argv`` names, and return the exit code."""
    import click  # noqa: PLC0415 - it was found to be installed by now

    from procmaps.cli.app import cli  # noqa: PLC0415 - it imports click

    try:
        code = cli(prog_name="procmaps", standalone_mode=False)
    except click.Abort:
        # click has turned KeyboardInterrupt into this.
        return _INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    return code if isinstance(code, int) else 0


def _complain(message: str) -> int:
    """Print *message* on standard error unless that is closed, and return the exit code."""
    if sys.stderr:
        sys.stderr.write(f"procmaps: {message}\n")
    return 2
