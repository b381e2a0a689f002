"""The folders of built things, shared by all checkouts of one user.

An entry appears in one step, and under a hash of its inputs: a half-built entry is never found.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

VARIABLE = "PROCMAPS_LAB_CACHE"


def user_folder(name: str, variable: str) -> Path:
    """Return the user's cache folder for *name*: ``$XDG_CACHE_HOME/procmaps/NAME``.

    The environment's *variable* overrides the whole path. ``XDG_CACHE_HOME`` defaults to
    ``~/.cache``; a relative one is ignored, as the XDG base directory specification says.
    """
    if chosen := os.environ.get(variable):
        return Path(chosen).absolute()
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not base.is_absolute():
        base = Path.home() / ".cache"
    return base / "procmaps" / name


def folder() -> Path:
    """Return the laboratory's cache folder, created if missing.

    It is ``$PROCMAPS_LAB_CACHE``, or ``procmaps/lab`` in the user's cache folder.
    """
    path = user_folder("lab", VARIABLE)
    path.mkdir(parents=True, exist_ok=True)
    return path


def digest(parts: Iterable[str | bytes]) -> str:
    """Return 16 hexadecimal digits that identify the sequence of *parts*."""
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        whole.update(len(data).to_bytes(8, "little"))
        whole.update(data)
    return whole.hexdigest()[:16]


@contextmanager
def lock(name: str) -> Generator[None]:
    """Exclude other processes that work on the same name."""
    locks = folder() / "locks"
    locks.mkdir(exist_ok=True)
    with (locks / name).open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def filling(target: Path) -> Generator[Path]:
    """Give a new folder that is renamed to *target* when the block succeeds.

    The folder is removed if the block fails, so an interrupted build leaves nothing that looks
    finished. If another process creates *target* first, its folder is kept.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        yield making
        try:
            making.rename(target)
        except OSError:
            if not target.is_dir():
                raise
    finally:
        shutil.rmtree(making, ignore_errors=True)


@contextmanager
def replacing(target: Path) -> Generator[Path]:
    """Give a new folder that replaces *target* when the block succeeds."""
    target.parent.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        yield making
        making.chmod(0o755)
        if target.exists():
            shutil.rmtree(target)
        making.rename(target)
    finally:
        shutil.rmtree(making, ignore_errors=True)
