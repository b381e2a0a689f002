"""Processes that have one address space: each address space is searched once."""

from __future__ import annotations

from array import array
from io import FileIO

from procmaps.live.address_spaces import compare_address_spaces, find_address_space
from procmaps.live.proc_file_path import ROOT
from procmaps.snapshots.snapshot import Snapshot

VDSO = b"[vdso]"


class Twins:
    """Finds the processes whose address space was seen before, in a logarithm of comparisons.

    ``exec`` gives every program a random place for its vdso, and only ``fork`` keeps it. So few
    processes have to be compared, and of those that were forked by one server, each only with some.

    *root* is the procfs that the IDs are from: the kernel can compare only those of ``/proc``.
    Without the right to trace both processes, or on a kernel without ``kcmp``, none has a twin.
    """

    def __init__(self, root: str) -> None:
        self._comparable = root == ROOT
        self._known: dict[int | None, array[int]] = {}
        """Process IDs by the address of the vdso, in the kernel's order of address spaces."""

    def twin_of(self, pid: int, vdso: int | None) -> int | None:
        """Return an earlier process with the address space of *pid*, or None and remember it.

        *vdso* is where it has its vdso, None without one: see `vdso_of`. Of two processes, the
        earlier of which has ended, the kernel does not say whether they had one address space.
        """
        if not self._comparable:
            return None
        alike = self._known.setdefault(vdso, array("i"))
        while True:
            index, found = find_address_space(pid, alike)
            # Two processes that have just ended have both no address space.
            if found and self._has_memory(pid):
                return alike[index] if alike[index] != pid else None
            if found:
                return None
            if found is not None:
                alike.insert(index, pid)
                return None
            # One of both has ended, or may not be traced.
            if compare_address_spaces(pid, pid) is None:
                return None
            del alike[index]

    @staticmethod
    def _has_memory(pid: int) -> bool:
        try:
            with FileIO(f"{ROOT}/{pid}/maps") as file:
                return bool(file.read(1))
        except OSError:
            return False


def vdso_of(snapshot: Snapshot) -> int | None:
    """Return the first address of the vdso, None without one."""
    names = snapshot.columns.names
    if VDSO not in names:
        return None
    index = names.index(VDSO)
    columns = snapshot.columns
    return next(
        (
            start
            for start, name in zip(columns.start, columns.name_index, strict=True)
            if name == index
        ),
        None,
    )
