"""Exit statuses and signals of the programs in ``corpus/tools``."""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Callable, Sequence
from typing import Final

INTERRUPTED: Final = 128 + 2
"""Exit status after Ctrl-C, as of a program that SIGINT ended."""

CLOSED_PIPE: Final = 128 + 13
"""Exit status if nobody reads the output any more, as of a program that SIGPIPE ended."""


def run(main: Callable[[Sequence[str]], int], arguments: Sequence[str]) -> int:
    """Run *main* and return its exit status.

    Ctrl-C returns `INTERRUPTED`, a closed pipe (``| head``) `CLOSED_PIPE`; neither prints a
    traceback. Parsers that crash leave no core files, not even gdb, which raises its own limit to
    the hard one before it aborts.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        status = main(arguments)
        # A closed pipe is often noticed only when the rest of the output is written.
        sys.stdout.flush()
    except KeyboardInterrupt as end:
        # One that another signal caused has the status of that.
        return getattr(end, "status", INTERRUPTED)
    except BrokenPipeError:
        # The interpreter flushes both streams at its end. Send that to /dev/null.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (sys.stdout, sys.stderr):
            os.dup2(nowhere, stream.fileno())
        return CLOSED_PIPE
    return status
