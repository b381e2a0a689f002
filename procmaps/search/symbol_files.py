"""Paths that symbolizers can open: `symbol_path`."""

from __future__ import annotations

import os

from procmaps.live.backing_opening import open_backing
from procmaps.live.file_identity import identify
from procmaps.live.proc_file_path import Pid, Root
from procmaps.live.regular_file import NotRegularError, open_regular
from procmaps.records.mapping import Mapping


def symbol_path(pid: Pid, mapping: Mapping, *, root: Root = "/proc") -> bytes:
    """Return a path that opens the file of *mapping*: its own, if that still leads to it.

    Else one in the procfs at *root*, which opens the mapped file as long as the process lives: in
    its root folder, or the link in ``map_files``.

    Raises what `procmaps.open_backing` raises, such as `BackingRefused` with each way and its
    reason.
    """
    path = mapping.path
    if path is not None and _leads_to(path, mapping):
        return path
    with open_backing(pid, mapping, memory=False, root=root) as backing:
        return backing.path


def _leads_to(path: bytes, mapping: Mapping) -> bool:
    try:
        descriptor = open_regular(path)
    except (OSError, NotRegularError):
        return False
    try:
        return identify(descriptor, mapping).same
    except OSError:
        return False
    finally:
        os.close(descriptor)
