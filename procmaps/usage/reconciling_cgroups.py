"""`why_cgroup`: how the memory of processes and the figure of their control group differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from procmaps._arguments import StrOrBytesPath
from procmaps.errors import AccessDenied
from procmaps.live.proc_file_path import Root
from procmaps.live.process_groups import cgroup_pids
from procmaps.usage.cgroup_charges import Charges, charges
from procmaps.usage.processes import ProcessMemory, processes
from procmaps.usage.reconciling import Term, Why


def why_cgroup(path: StrOrBytesPath, *, root: Root = "/proc") -> Why:
    """Return how VmRSS, PSS and the charges of a control group lead to each other.

    *path* is its folder, of version 1 or 2; the groups below it belong to it. The rest that is
    left is what is charged in advance (``MEMCG_CHARGE_BATCH``, mm/memcontrol.c), swap cache, and
    what changed between the reads.

    Raises `OSError` if *path* is no control group with a memory controller.
    """
    found = [*processes(cgroup_pids(path), root=root)]
    charged = charges(path)
    error = next((each.error for each in found if isinstance(each.error, AccessDenied)), None)
    return Why((*_chain(found, charged, complete=error is None), *_apart(found, charged)), error)


@attrs.frozen
class _Sums:
    """Sums over processes, in bytes; None if a process or the kernel does not report one."""

    resident: int
    pss: int | None
    anon: int | None
    file: int | None
    shmem: int | None


def _sums(found: Sequence[ProcessMemory], *, complete: bool) -> _Sums:
    def total(name: str) -> int | None:
        values = [getattr(each.usage, name) for each in found if each.usage is not None]
        known = [value for value in values if value is not None]
        return sum(known) if complete and len(known) == len(values) else None

    resident = sum(each.status.get("VmRSS", 0) for each in found)
    return _Sums(resident, total("pss"), total("pss_anon"), total("pss_file"), total("pss_shmem"))


def _chain(found: Sequence[ProcessMemory], charged: Charges, *, complete: bool) -> Iterator[Term]:
    sums = _sums(found, complete=complete)
    yield Term("figure", sums.resident, "resident, summed over processes", "VmRSS of status")
    yield Term(
        "step", _minus(sums.pss, sums.resident), "pages that several processes map, counted once"
    )
    yield Term("figure", sums.pss, "proportional, summed over processes", "Pss of smaps_rollup")
    mapped = charged.anon + charged.file + charged.shmem
    if None in (sums.anon, sums.file, sums.shmem):
        yield Term("step", _minus(mapped, sums.pss), "memory that no process here maps")
    else:
        cut = None if sums.pss is None else _parts(sums) - sums.pss
        yield Term("step", cut, "anonymous, file and shared memory are cut to whole kB each")
        yield Term("step", _minus(charged.anon, sums.anon), "anonymous memory: not mapped now")
        yield Term(
            "step",
            _minus(charged.file, sums.file),
            "page cache of files that nobody here maps, less what others are charged for",
        )
        yield Term(
            "step",
            _minus(charged.shmem, sums.shmem),
            "shared memory that nobody here maps, less what others are charged for",
        )
    yield Term("figure", mapped, "anonymous memory and page cache", "memory.stat")
    for meaning, value in charged.kernel.items():
        yield Term("step", value, meaning)
    yield Term("step", charged.sock, "buffers of sockets")
    rest = charged.total - mapped - sum(charged.kernel.values()) - (charged.sock or 0)
    yield Term("step", rest, "the rest: charged in advance, swap cache, changes meanwhile")
    yield Term(
        "figure",
        charged.total,
        "charged to the control group",
        "memory.current, memory.usage_in_bytes",
    )


def _apart(found: Sequence[ProcessMemory], charged: Charges) -> Iterator[Term]:
    yield Term(
        "apart",
        _minus(charged.total, charged.idle),
        "charged, without page cache not used lately",
        "working set of kubelet, docker stats",
    )
    yield Term("apart", charged.swap, "in swap", "memory.swap.current, swap of memory.stat")
    swap = sum(each.status.get("VmSwap", 0) for each in found)
    yield Term("apart", swap, "in swap, summed over processes", "VmSwap of status")


def _minus(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one - other


def _parts(sums: _Sums) -> int:
    return (sums.anon or 0) + (sums.file or 0) + (sums.shmem or 0)
