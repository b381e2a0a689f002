"""Where built things are kept, and how they get there: whole, or not at all."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

VARIABLE = "PROCMAPS_LAB_CACHE"


def folder() -> Path:
    """``$PROCMAPS_LAB_CACHE``, else ``.cache/lab`` in the checkout. Made if it is not there."""
    chosen = os.environ.get(VARIABLE)
    path = Path(chosen) if chosen else Path(__file__).parents[2] / ".cache" / "lab"
    path.mkdir(parents=True, exist_ok=True)
    return path


def digest(parts: Iterable[str | bytes]) -> str:
    """A hash of the parts in order; the parts' borders count."""
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        whole.update(len(data).to_bytes(8, "little"))
        whole.update(data)
    return whole.hexdigest()[:16]


@contextmanager
def filling(target: Path) -> Generator[Path]:
    """A new folder beside ``target`` that takes its name only if the block ends well.

    So an interrupted build leaves nothing that looks finished; its remains are removed. Where
    another process finished the same thing first, that one stays.
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
    """Like ``filling``, but an older folder of that name gives way to the new one."""
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
