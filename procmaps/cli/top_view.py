"""What of the processes `procmaps top` shows, and the keys that change it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

KEYS: Final[Mapping[str, str]] = {
    "p": "pss", "r": "rss", "u": "uss", "w": "swap", "v": "vss",
    "i": "pid", "c": "command", "o": "user",
}  # fmt: skip
"""The column by which each key sorts."""


@attrs.define
class View:
    """How the processes are shown.

    sort      The column to sort by.
    reverse   Whether the order is reversed.
    units     Whether sizes have units.
    paused    Whether the picture stays as it is.
    ended     Whether the program ends.
    """

    sort: str
    reverse: bool = False
    units: bool = False
    paused: bool = False
    ended: bool = False

    def press(self, key: str) -> None:
        """Change what *key* changes. Any other key does nothing."""
        match key:
            case "q" | "\x03" | "\x04":
                self.ended = True
            case "a":
                self.reverse = not self.reverse
            case "k":
                self.units = not self.units
            case " ":
                self.paused = not self.paused
            case _:
                self.sort = KEYS.get(key, self.sort)
