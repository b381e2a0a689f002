"""Where a command's input comes from: a file, standard input, or a process."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, TypeVar

import click

import procmaps
from procmaps.cli.errors import Unreadable
from procmaps.errors import LiveError, NoSuchProcess
from procmaps.formats.dialects import DIALECTS
from procmaps.formats.file_kinds import FileKind
from procmaps.snapshots.snapshot import Snapshot

_Command = TypeVar("_Command", bound=Callable[..., Any])

STDIN = "-"


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


def snapshot_of(pid: str, file: FileKind, dialect: str) -> Snapshot:
    """A file of a process, as a snapshot; *pid* is what `is_process` accepts.

    Raises `Unreadable` with the reason and what to do: no such process, no permission, a kernel
    thread, gone in the middle …
    """
    number: int | Literal["self"] = "self" if pid == "self" else int(pid)
    try:
        match file:
            case "maps":
                return procmaps.maps(number, errors="collect", dialect=dialect)
            case "smaps":
                return procmaps.smaps(number, errors="collect", dialect=dialect)
            case "smaps_rollup":
                return procmaps.rollup(number, errors="collect", dialect=dialect)
    except NoSuchProcess as error:
        raise Unreadable(f"{error} For a file of that name write ./{pid}.") from error
    except LiveError as error:
        raise Unreadable(str(error)) from error


_PID = re.compile("self|[1-9][0-9]{0,9}")


def is_process(target: str) -> bool:
    """Whether a command's target names a process: a number, or ``self``."""
    return _PID.fullmatch(target) is not None


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
