"""The frame of the command lines in this folder: exit statuses, Ctrl-C, closed pipes."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable
from typing import NoReturn

from procmaps.check.end_signals import EndedBySignal, EndSignals

DONE, FINDINGS, FAILURE = 0, 1, 2
"""Exit statuses: success, differences found, wrong usage or a missing prerequisite."""


def run(main: Callable[[], int]) -> NoReturn:
    """Run *main* and exit with its status.

    Ctrl-C, SIGTERM and SIGHUP end with status 128 and the number of the signal, after cleaning up.
    If the reader of the output is gone (``... list | head``), the
    program ends silently with status 141, as a program that SIGPIPE ends. SIGPIPE itself stays
    ignored, because it would also end the program if an emulator closed its socket.
    """
    try:
        with EndSignals():
            status = main()
            sys.stdout.flush()
    except KeyboardInterrupt as ended:
        status = ended.status if isinstance(ended, EndedBySignal) else 128 + signal.SIGINT
    except BrokenPipeError:
        # Python flushes standard output once more at its end, which must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 128 + signal.SIGPIPE
    sys.exit(status)


def parser(program: str, description: str, *examples: str) -> argparse.ArgumentParser:
    """Return a parser whose help ends with these examples."""
    return argparse.ArgumentParser(
        prog=f"python -m {program}",
        description=description,
        epilog=epilog(program, *examples),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def epilog(program: str, *examples: str) -> str:
    """Return the last lines of a help text."""
    return "\n".join(
        ("examples:", *(f"  python -m {program} {each}".rstrip() for each in examples))
    )


def add_command(
    add_parser: Callable[..., argparse.ArgumentParser],
    program: str,
    name: str,
    function: Callable[[argparse.Namespace], int],
    *examples: str,
) -> argparse.ArgumentParser:
    """Add a sub-command by ``add_parser()`` of argparse. The function's docstring is its help."""
    text = " ".join((function.__doc__ or "").split())
    command = add_parser(
        name,
        help=text.partition(". ")[0].rstrip("."),
        description=text,
        epilog=epilog(program, *(f"{name} {each}".rstrip() for each in examples)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=function)
    return command
