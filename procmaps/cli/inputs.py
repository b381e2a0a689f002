"""Where a command's input comes from: a file, standard input, or a process."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, TypeVar

import click

from procmaps.dialects import DIALECTS

FileOfProcess = Literal["maps", "smaps", "smaps_rollup"]

_Command = TypeVar("_Command", bound=Callable[..., Any])

STDIN = "-"


class Unreadable(click.ClickException):
    """Input that cannot be had: one line says what and why."""

    exit_code = 2

    def show(self, file: Any = None) -> None:  # noqa: ANN401 - as click declares it
        """Print it like every other error of the program."""
        click.echo(f"procmaps: {self.format_message()}", file=file, err=True)


def read_file(name: str) -> bytes:
    """The bytes of the file called *name*, or of standard input for ``-``.

    Raises `Unreadable` with the system's reason.
    """
    if name == STDIN:
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        shown = click.format_filename(name)
        raise Unreadable(f"cannot read {shown}: {error.strerror or error}") from error


def read_process(pid: str, file: FileOfProcess) -> bytes:
    """The bytes of ``/proc/PID/FILE``. Raises `Unreadable` with the reason, and what to do."""
    place = Path("/proc", pid)
    try:
        return (place / file).read_bytes()
    except OSError as error:
        raise Unreadable(_why(pid, place / file, error)) from error


def _why(pid: str, file: Path, error: OSError) -> str:
    match error:
        case FileNotFoundError() if file.parent.exists():
            return f"cannot read {file}: this kernel has no such file"
        case FileNotFoundError() if Path("/proc/self").exists():
            return f"no process {pid}; for a file of that name write ./{pid}"
        case FileNotFoundError():
            return "no /proc here: a process can only be read where procfs is mounted"
        case ProcessLookupError():
            return f"process {pid} has no memory of its own: a kernel thread, or it has just ended"
        case PermissionError():
            return f"cannot read {file}: it is another user's process; try as that user or as root"
        case _:
            return f"cannot read {file}: {error.strerror or error}"


def is_process(target: str) -> bool:
    """Whether a command's target names a process: a number, or ``self``."""
    return target == "self" or (target.isascii() and target.isdigit())


def dialect_option(command: _Command) -> _Command:
    """The option ``--dialect``."""
    return click.option(
        "--dialect",
        type=click.Choice(["auto", *(known.name for known in DIALECTS)]),
        default="auto",
        show_default=True,
        help="Whose way of writing to read it by.",
    )(command)


def json_option(command: _Command) -> _Command:
    """The option ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON (see docs/json.md).")(
        command
    )
