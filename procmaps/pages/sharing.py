"""`FamilySharing`: what processes share, with whom else, and what is only theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import attrs

from procmaps.live.gaps import Gap
from procmaps.live.proc_file_path import ROOT, Root
from procmaps.live.processes import pids as all_pids
from procmaps.pages.machine import Machine, read_machine
from procmaps.pages.sums import Backing


@attrs.frozen
class FamilySharing:
    """The memory of a family of processes. All sizes are bytes, and each frame is counted once.

    members   The processes, one for each address space.
    unique    What no process outside the family maps, by `Backing`: freed if all of them end.
              Pages of files stay in the page cache, and those of shared memory while it exists.
    within    The part of it that two or more of them map.
    outside   What others map, too.
    unseen    The part of ``outside`` that a process maps which could not be read.
    matrix    What two members have in common, by their pair; for a pair of one, all that it maps.
    others    What each other process has in common with the family, the most first.
    gaps      The processes that could not be read.
    twins     Members that were not counted, each with the one that has its address space.
    stale     Bytes that changed their owner meanwhile, and are in no figure.
    """

    members: tuple[int, ...]
    unique: Mapping[Backing, int]
    within: int
    outside: int
    unseen: int
    matrix: Mapping[tuple[int, int], int] = attrs.field(repr=False)
    others: Mapping[int, int] = attrs.field(repr=False)
    gaps: tuple[Gap, ...] = attrs.field(repr=False)
    twins: Mapping[int, int]
    stale: int

    @property
    def resident(self) -> int:
        """All that the family maps: ``unique`` and ``outside``."""
        return sum(self.unique.values()) + self.outside


def read_sharing(pids: Iterable[int], *, root: Root = ROOT) -> FamilySharing:
    """Find out what the processes *pids* share, and with whom. All processes are read.

    A member that cannot be read is one of `FamilySharing.gaps`. Raises what `read_machine` does.
    """
    members = [*dict.fromkeys(pids)]
    everybody = dict.fromkeys([*members, *all_pids(root)])
    return sharing_of(read_machine(everybody, mappings=False, root=root), members)


def sharing_of(machine: Machine, pids: Iterable[int]) -> FamilySharing:
    """Return what the processes *pids* of *machine* share, and with whom."""
    named = [*dict.fromkeys(pids)]
    members = [*dict.fromkeys(machine.twins.get(pid, pid) for pid in named)]
    family = frozenset(pid for pid in members if pid in machine.alone)
    unique: Counter[Backing] = Counter()
    matrix: Counter[tuple[int, int]] = Counter({(pid, pid): 0 for pid in family})
    others: Counter[int] = Counter()
    within = outside = unseen = 0
    for pid in family:
        for backing, size in machine.alone[pid].items():
            unique[backing] += size
            matrix[pid, pid] += size
    for group in machine.shared:
        inside, beyond = group.pids & family, group.pids - family
        if not inside:
            continue
        for one in inside:
            for other in inside:
                matrix[one, other] += group.size
        for pid in beyond:
            others[pid] += group.size
        if group.unseen:
            unseen += group.size
        if beyond or group.unseen:
            outside += group.size
        else:
            unique[group.backing] += group.size
            within += group.size if len(inside) > 1 else 0
    return FamilySharing(
        members=tuple(pid for pid in members if pid in family),
        unique=dict(unique),
        within=within,
        outside=outside,
        unseen=unseen,
        matrix=dict(matrix),
        others=dict(others.most_common()),
        gaps=machine.gaps,
        twins={pid: machine.twins[pid] for pid in named if pid in machine.twins},
        stale=machine.stale,
    )
