"""Files that are replaced whole or not at all: a full disk or a crash leaves the old content."""

from __future__ import annotations

import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

import attrs


@attrs.define
class WholeFile:
    """A file to be replaced. Nothing of it changes before `replace` has succeeded."""

    _path: Path
    """The path as it was given, for messages."""
    _target: Path
    _stream: FileIO
    _beside: Path | None
    """The file that the stream writes; None if that is the target itself, a pipe or a device."""

    def replace(self, content: str | bytes) -> None:
        """Give the file this content; a text is written in UTF-8. Raises `OSError`."""
        if isinstance(content, str):
            content = content.encode("utf-8", "backslashreplace")
        with naming(self._path):
            unwritten = memoryview(content)
            while unwritten:
                unwritten = unwritten[self._stream.write(unwritten) :]
            if self._beside is not None:
                # Otherwise the rename may reach the disk before the content does.
                os.fsync(self._stream.fileno())
                self._beside.replace(self._target)
                self._beside = None

    def close(self) -> None:
        """Close the stream, and remove its file if it did not replace the target."""
        try:
            self._stream.close()
        finally:
            if self._beside is not None:
                self._beside.unlink()


@contextmanager
def naming(path: Path) -> Generator[None, None, None]:
    """Let each `OSError` of the block name *path*: one of a write names no file."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def write_whole(path: Path, content: str | bytes) -> None:
    """Give *path* this content, whole or not at all. Raises `OSError` with its name."""
    with whole_file(path) as file:
        file.replace(content)


@contextmanager
def whole_file(path: Path) -> Generator[WholeFile, None, None]:
    """Open a file to be replaced, which proves now that it can be written. Raises `OSError`.

    A symbolic link stays, and its target is replaced; the mode of an existing file stays. A pipe or
    a device is written directly.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        with naming(path):
            file = WholeFile(path, target, target.open("wb", buffering=0), None)
    else:
        beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        with naming(path):
            stream = beside.open("xb", buffering=0)
        file = WholeFile(path, target, stream, beside)
        if target.exists():
            os.fchmod(stream.fileno(), target.stat().st_mode & 0o7777)
    try:
        yield file
    finally:
        file.close()
