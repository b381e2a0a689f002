"""The command line: ``procmaps`` and ``python -m procmaps``, one module a command.

Exit codes: 0 fine, 1 findings, 2 wrong usage, unreadable input or unwritable output.
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
"""Why a file takes no more."""


def main() -> None:
    """Run the command line on ``sys.argv`` and exit."""
    try:
        # Both at once: a command that is imported later must not find one missing.
        for library in _LIBRARIES:
            importlib.import_module(library)
        from procmaps.cli.app import cli  # noqa: PLC0415 - click and rich are an extra
    except ModuleNotFoundError as missing:
        if missing.name not in _LIBRARIES:
            raise
        sys.exit(
            _complain(
                f"the command line needs {missing.name}, which is not installed; "
                "run: pip install 'procmaps-spec[cli]'"
            )
        )
    if not sys.stdout:
        sys.exit(_complain("cannot write to standard output: it is closed"))
    if hasattr(signal, "SIGPIPE"):
        # A reader that has seen enough (`| head`) ends this process as it ends others.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets its number, never a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        try:
            cli(prog_name="procmaps")
        finally:
            sys.stdout.flush()
    except OSError as error:
        # What is read is a command's own affair; these are left, of writing.
        if error.errno not in _FULL:
            raise
        # On its way out the interpreter tries once more: let it succeed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(_complain(f"cannot write to standard output: {error.strerror}"))


def _complain(what: str) -> int:
    """Say *what* is wrong, if anybody listens; the exit code."""
    if sys.stderr:
        sys.stderr.write(f"procmaps: {what}\n")
    return 2
