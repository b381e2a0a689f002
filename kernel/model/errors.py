"""The failure of a modelled system call."""

from __future__ import annotations

import errno


class CallFailed(Exception):
    """A system call failed with this errno. Its changes up to then remain."""

    def __init__(self, number: int) -> None:
        super().__init__(errno.errorcode[number])
        self.errno = number
