"""Where the paths of a process begin: `top_of`."""

# ruff: noqa: PTH115, PTH116 - names are bytes, which pathlib does not accept

from __future__ import annotations

import os

Top = tuple[int, bytes]
"""A mount namespace and a root folder in it: processes that have both see the same files."""


def top_of(pid: int, root: str) -> Top:
    """Return the top of a process in the procfs *root*. Raises `OSError`."""
    folder = f"{root}/{pid}"
    return os.stat(f"{folder}/ns/mnt").st_ino, os.readlink(os.fsencode(f"{folder}/root"))
