"""The very file of a mapping, even if it was deleted, replaced, or is in another namespace."""

from __future__ import annotations

from io import BufferedReader
from typing import Self

import attrs

from procmaps.live.backing_routes import How
from procmaps.records.mapping import Mapping


@attrs.frozen(eq=False)
class Backing:
    """The open file of a mapping. Use it in ``with``, or `close` it."""

    file: BufferedReader
    """The file, open for reading."""
    how: How
    """The way that led to it: ``"map_files"``, ``"path"``, ``"exe"``; ``"memory"`` for an image
    that was put together from the memory of the process, because no way led to the file."""
    path: bytes
    """A path that opens the same file as long as the process lives, or the image as long as this
    is open."""
    evidence: str
    """What proves that it is the mapped file, or why it is only an image, as a clause."""
    mapping: Mapping
    """The mapping as it is now."""
    build_id: bytes | None
    """The GNU build ID of the file; None if it has none or is no ELF file."""
    refusals: tuple[str, ...] = ()
    """Each way that was tried before, with the reason why it failed, as clauses."""

    @property
    def exact(self) -> bool:
        """False for an image from memory: it lacks what is not mapped, and has what was written."""
        return self.how != "memory"

    def fileno(self) -> int:
        """Return the file descriptor."""
        return self.file.fileno()

    def close(self) -> None:
        """Close the file. Closing twice is harmless."""
        self.file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
