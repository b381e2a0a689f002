"""Where a command's input comes from: a file, standard input, or a process."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from io import FileIO
from typing import Any, Literal, TypeVar

import click

import procmaps
from procmaps.cli.errors import Unreadable
from procmaps.cli.parameter_types import Word
from procmaps.engines.read_file import read_all
from procmaps.formats.dialects import DIALECTS
from procmaps.formats.file_kinds import FileKind
from procmaps.printable import visible
from procmaps.snapshots.snapshot import Snapshot

_Command = TypeVar("_Command", bound=Callable[..., Any])

STDIN = "-"

JSON_HELP = "Print JSON (see: procmaps help json)."

_COMPRESSED = (b"\x1f", b"\xfd", b"\x28", b"B")
"""The first bytes of compressed files. The module that reads them is imported only for these."""


def shown(name: str) -> str:
    """Return the name of an input for messages; two apostrophes for an empty one."""
    return "standard input" if name == STDIN else visible(name) or "''"


def read_file(name: str) -> bytes:
    """Return the bytes of the file *name*, or of standard input for ``-``, decompressed.

    Raises `Unreadable` with the system's reason.
    """
    data = _read_standard_input() if name == STDIN else _read(name)
    if data.startswith(_COMPRESSED):
        from procmaps.cli.decompression import decompress  # noqa: PLC0415 - few inputs need it

        return decompress(data, shown(name))
    return data


def _read_standard_input() -> bytes:
    if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison] - see sys.stdin
        raise Unreadable("cannot read standard input: it is closed")
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        raise Unreadable(f"cannot read standard input: {error.strerror or error}") from error


def _read(name: str) -> bytes:
    try:
        with FileIO(name) as file:
            data, error = read_all(file)
    except OSError as refused:
        data, error = b"", refused
    if error:
        raise Unreadable(f"cannot read {shown(name)}: {error.strerror or error}") from error
    return data


def walk(names: tuple[str, ...]) -> Iterator[str | Unreadable]:
    """Yield each file of *names*, and for a folder the regular files below it, sorted.

    Symbolic links in a folder are not followed. A folder that cannot be listed is yielded as an
    error, so that the caller can report it and go on.
    """
    for name in names:
        if name != STDIN and os.path.isdir(name):  # noqa: PTH112 - Path.is_dir raises for EACCES
            yield from _walk(name)
        else:
            yield name


def _walk(folder: str) -> Iterator[str | Unreadable]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield Unreadable(f"cannot read {shown(folder)}: {error.strerror or error}")
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(entry.path)
        elif entry.is_file(follow_symlinks=False):
            yield entry.path


def snapshot_of(pid: str, file: FileKind, dialect: str) -> Snapshot:
    """Return a file of a process as a snapshot; `is_process` must accept *pid*.

    Raises `Unreadable` with the reason and the remedy: no such process, no permission, a kernel
    thread, ended during the read …
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
    except OSError as refused:
        from procmaps.cli.hints import live_message  # noqa: PLC0415 - needed only here
        from procmaps.errors import LiveError, NoSuchProcess  # noqa: PLC0415

        if isinstance(refused, NoSuchProcess):
            raise Unreadable(f"{refused} For a file of that name write ./{pid}.") from refused
        if isinstance(refused, LiveError):
            raise Unreadable(live_message(refused)) from refused
        raise


_PID = re.compile("self|[1-9][0-9]{0,9}")


def is_process(target: str) -> bool:
    """Return whether a command's target is a process: a number, or ``self``."""
    return _PID.fullmatch(target) is not None


def process_title(target: str) -> str:
    """Return ``process 1234 (bash)``, or without the command if the process has just ended."""
    pid = os.getpid() if target == "self" else int(target)
    try:
        with FileIO(f"/proc/{pid}/comm") as file:
            command = file.read().removesuffix(b"\n")
    except OSError:
        return f"process {pid}"
    return f"process {pid} ({visible(command)})"


def dialect_option(command: _Command) -> _Command:
    """Add the option ``--dialect``."""
    return click.option(
        "--dialect",
        type=Word("dialect", lambda: ["auto", *(known.name for known in DIALECTS)]),
        default="auto",
        show_default=True,
        metavar="NAME",
        help="Read the text in this dialect: " + ", ".join(known.name for known in DIALECTS) + ".",
    )(command)


def json_option(command: _Command) -> _Command:
    """Add the option ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help=JSON_HELP)(command)
