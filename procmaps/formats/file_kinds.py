"""The three files, named as Linux names them: `FileKind`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    FileKind = Literal["maps", "smaps", "smaps_rollup"]
    """The file that a text is, or was read from: its name under ``/proc/PID``."""
else:
    FileKind = str  # typing takes long to import

FILE_KINDS: tuple[FileKind, ...] = ("maps", "smaps", "smaps_rollup")
"""Every kind, in the order in which Linux introduced them."""
