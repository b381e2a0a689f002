"""The command line: ``procmaps`` and ``python -m procmaps``, one module a command.

Exit codes: 0 fine, 1 findings, 2 wrong usage or unreadable input.
"""

from __future__ import annotations

import importlib
import io
import signal
import sys

_LIBRARIES = ("click", "rich")


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
        sys.exit(_without(missing.name))
    if hasattr(signal, "SIGPIPE"):
        # A reader that has seen enough (`| head`) ends this process as it ends others.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets its number, never a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    cli(prog_name="procmaps")


def _without(library: str) -> int:
    sys.stderr.write(
        f"procmaps: the command line needs {library}, which is not installed; "
        "run: pip install 'procmaps-spec[cli]'\n"
    )
    return 2
