"""The three files, named as Linux names them: `FileKind`."""

from __future__ import annotations

from typing import Final, Literal, get_args

FileKind = Literal["maps", "smaps", "smaps_rollup"]
"""The file that a text is, or was read from: its name under ``/proc/PID``."""

FILE_KINDS: Final[tuple[FileKind, ...]] = get_args(FileKind)
"""Every kind, in the order in which Linux introduced them."""
