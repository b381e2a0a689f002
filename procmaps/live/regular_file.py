"""Open a file at a path that may lead to a device or pipe by now.

Even opening a device acts: a watchdog begins to count, a tape winds. So a path that another process
chose is first looked at without opening what is there (``O_PATH``, 2.6.39).
"""

from __future__ import annotations

import os
import stat

from procmaps.live.proc_file_path import ROOT


def open_regular(path: str | bytes | os.PathLike[str], *, follow: bool = True) -> int:
    """Open the regular file at *path* for reading; the caller closes it.

    Without *follow* a symbolic link at the end of *path* is not followed. Raises `OSError`, and
    `NotRegularError` for anything but a regular file.
    """
    found = os.open(path, os.O_PATH | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW))
    try:
        mode = os.fstat(found).st_mode
        if not stat.S_ISREG(mode):
            raise NotRegularError(_sort(mode))
        return os.open(f"{ROOT}/self/fd/{found}", os.O_RDONLY | os.O_CLOEXEC)
    finally:
        os.close(found)


class NotRegularError(Exception):
    """The path leads to something that is no regular file. Never leaves the package."""


def _sort(mode: int) -> str:
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        return "a device"
    if stat.S_ISLNK(mode):
        return "a symbolic link"
    return "a folder" if stat.S_ISDIR(mode) else "a pipe or socket"
