"""The device column: `Device`."""

from __future__ import annotations

import attrs


@attrs.frozen
class Device:
    """The device of the file's super block: ``str(device) == "fd:01"``, hexadecimal.

    It need not be what ``stat(2)`` says: overlayfs and btrfs show another one there.
    """

    major: int
    """12 bits in Linux."""
    minor: int
    """20 bits in Linux."""

    def __str__(self) -> str:
        return f"{self.major:02x}:{self.minor:02x}"
