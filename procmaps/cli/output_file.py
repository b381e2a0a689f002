"""Where a command writes a whole file: a path, or standard output."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import click

from procmaps.check.whole_files import write_whole
from procmaps.cli.errors import CliError, Unreadable
from procmaps.cli.inputs import STDIN


def write_output(target: str | None, content: bytes, *, binary: bool = False) -> None:
    """Write *content* to the file *target*; to standard output for ``-`` or None.

    Raises `Unreadable` if the file cannot be written, and `CliError` for *binary* content on a
    terminal.
    """
    if target is not None and target != STDIN:
        path = Path(target)
        with writing(path):
            write_whole(path, content)
        return
    if binary and sys.stdout.isatty():
        raise CliError("the output is binary; write it to a file: -o FILE")
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.flush()


@contextmanager
def writing(path: Path) -> Generator[None, None, None]:
    """Raise `Unreadable` if the system refuses to write *path*."""
    try:
        yield
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: Path | None, error: OSError) -> Unreadable:
    """Return the error for the file that *error* names, else for *path*."""
    name = click.format_filename(error.filename or path or "a file")
    return Unreadable(f"cannot write {name}: {error.strerror or error}")
