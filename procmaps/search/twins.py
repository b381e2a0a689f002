"""Processes that have one address space: each address space is searched once."""

from __future__ import annotations

from procmaps.live.address_spaces import compare_address_spaces
from procmaps.live.proc_file_path import ROOT
from procmaps.snapshots.snapshot import Snapshot

_VDSO = b"[vdso]"


class Twins:
    """Finds the processes whose address space was seen before, in a logarithm of comparisons.

    ``exec`` gives every program a random place for its vdso, and only ``fork`` keeps it. So few
    processes have to be compared, and of those that were forked by one server, each only with some.

    *root* is the procfs that the IDs are from: the kernel can compare only those of ``/proc``.
    Without the right to trace both processes, or on a kernel without ``kcmp``, none has a twin.
    """

    def __init__(self, root: str) -> None:
        self._comparable = root == ROOT
        self._known: dict[int | None, list[int]] = {}
        """Process IDs by the address of the vdso, in the kernel's order of address spaces."""

    def twin_of(self, pid: int, snapshot: Snapshot) -> int | None:
        """Return an earlier process with the address space of *pid*, or None and remember it."""
        if not self._comparable:
            return None
        alike = self._known.setdefault(_vdso(snapshot), [])
        low, high = 0, len(alike)
        while low < high:
            middle = (low + high) // 2
            order = compare_address_spaces(pid, alike[middle])
            if order is None:  # one has ended, or may not be traced
                return None
            if order == 0:
                return alike[middle] if alike[middle] != pid else None
            low, high = (low, middle) if order < 0 else (middle + 1, high)
        alike.insert(low, pid)
        return None


def _vdso(snapshot: Snapshot) -> int | None:
    names = snapshot.columns.names
    if _VDSO not in names:
        return None
    index = names.index(_VDSO)
    columns = snapshot.columns
    return next(
        (
            start
            for start, name in zip(columns.start, columns.name_index, strict=True)
            if name == index
        ),
        None,
    )
