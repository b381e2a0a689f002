"""Errors in the words of the command line, where the library's are for Python programmers."""

from __future__ import annotations

from procmaps.errors import LiveError, NotProcfs, ProcessGone
from procmaps.snapshots.hints import for_command_line
from procmaps.snapshots.problem import Problem


def problem_message(problem: Problem) -> str:
    """Return the text of *problem* with a hint for the command line."""
    return problem.message if problem.error is None else str(for_command_line(problem.error))


def live_message(error: LiveError) -> str:
    """Return the text of *error* with a remedy for the command line."""
    match error:
        case ProcessGone():
            return (
                f"cannot read all of {error.path}: {error.who} ended or replaced its program "
                "(execve(2)) during the read. If the process still exists, run the command again."
            )
        case NotProcfs():
            return (
                f"cannot read {error.path}: {error.root} is not a procfs mount: it contains no "
                "process directories. Mount it: mount -t proc proc /proc"
            )
        case _:
            return str(error)
