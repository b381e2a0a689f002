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

from procmaps.cli.standard_streams import complain, discard, escape_unencodable, open_missing

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
    open_missing()
    try:
        # Both at once: a command that is imported later must not find one missing.
        for library in _LIBRARIES:
            importlib.import_module(library)
    except ModuleNotFoundError as missing:
        if missing.name not in _LIBRARIES:
            raise
        from procmaps.cli.extras import install_command  # noqa: PLC0415 - needed only here

        return complain(
            f"the command line needs {missing.name}, which is not installed; "
            f"run: {install_command('cli')}"
        )
    if not sys.stdout:
        return complain("cannot write to standard output: it is closed")
    if hasattr(signal, "SIGPIPE"):
        # When the reader of a pipe ends (`| head`), this process ends like any other.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    escape_unencodable()
    try:
        try:
            return _call()
        finally:
            sys.stdout.flush()
    except OSError as error:
        from procmaps.printable import visible  # noqa: PLC0415 - only for errors

        # Commands handle errors of reading. What is left are errors of writing.
        if error.errno not in _FULL:
            raise
        if error.filename is not None:
            return complain(
                f"cannot write {visible(os.fsdecode(error.filename))}: {error.strerror}"
            )
        discard(sys.stdout.fileno())
        return complain(f"cannot write to standard output: {error.strerror}")


def _call() -> int:
    """Run the command that ``sys.argv`` names, and return the exit code."""
    import click  # noqa: PLC0415 - it was found to be installed by now

    from procmaps.cli.app import cli  # noqa: PLC0415 - it imports click
    from procmaps.printable import visible_block  # noqa: PLC0415 - only for errors

    try:
        code = cli(prog_name="procmaps", standalone_mode=False)
    except click.Abort as abort:
        # click has turned KeyboardInterrupt into this.
        return getattr(abort.__cause__, "status", _INTERRUPTED)
    except click.ClickException as error:
        # click's own messages quote arguments as they are.
        message = io.StringIO()
        error.show(message)
        sys.stderr.write(visible_block(message.getvalue()))
        return error.exit_code
    return code if isinstance(code, int) else 0
