"""`read_machine`: the pages of all processes, and which of them share a page."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping

import attrs

from procmaps._arguments import as_count
from procmaps.errors import FramesHidden, LiveError
from procmaps.formats.page_bits import FRAME_FLAGS
from procmaps.live.address_spaces import same_address_space
from procmaps.live.gaps import Gap
from procmaps.live.proc_file_path import ROOT, Root, root_path
from procmaps.live.process_snapshots import RETRIES
from procmaps.live.processes import pids as all_pids
from procmaps.pages.backing import ByFrames
from procmaps.pages.frame_counts import Asked, count_unmapped, count_with
from procmaps.pages.frame_files import FrameFile
from procmaps.pages.owners import ReverseMap, SharedMemory
from procmaps.pages.probing import Kernel, probe
from procmaps.pages.reader import Reader
from procmaps.pages.results import Pages, settle
from procmaps.pages.sums import BACKINGS, Backing, PageSums


@attrs.frozen
class Machine:
    """The pages of processes, and who shares them.

    processes   The pages of each process that could be read, by mapping. Their tier is ``machine``:
                unique is what no other process maps, even if this one maps it twice.
    alone       Bytes that one process maps with one mapping, by process and `Backing`.
    shared      All other memory, by the processes that map it.
    gaps        The processes that could not be read. Kernel threads have no memory.
    twins       Processes that were not read, each with the one that has its address space.
    stale       Bytes of frames that changed their owner meanwhile, and are in no group.
    torn        Processes whose mappings came or went during each reading of them.
    """

    processes: Mapping[int, Pages] = attrs.field(repr=False)
    alone: Mapping[int, Mapping[Backing, int]] = attrs.field(repr=False)
    shared: tuple[SharedMemory, ...] = attrs.field(repr=False)
    gaps: tuple[Gap, ...]
    twins: Mapping[int, int]
    stale: int
    torn: tuple[int, ...] = ()


def read_machine(
    pids: Iterable[int] | None = None,
    *,
    mappings: bool = True,
    root: Root = ROOT,
    retries: int = RETRIES,
) -> Machine:
    """Read the pages of each of *pids*, or of all processes, and find out who shares them.

    Without *mappings*, only what is shared and by whom, `Machine.processes` is empty, and it takes
    less than half as long.

    A page is known to be shared with a process only if that is read, too; what others map is marked
    as unseen. The processes run on meanwhile, so the figures are not of one moment. A process whose
    mappings came or went is read again, at most *retries* times.

    Raises `procmaps.FramesHidden` without the right to see frames, and `procmaps.NotProcfs` as
    `procmaps.pids` does. A process that cannot be read is one of `Machine.gaps`.
    """
    as_count("retries", retries, least=0)
    folder = root_path(root)
    asked = all_pids(root) if pids is None else pids
    with probe(folder, wanted="machine") as kernel:
        if kernel.counts is None or kernel.flags is None:
            raise FramesHidden(kernel.missing)
        reading = _Reading(folder, kernel, kernel.counts, kernel.flags, mappings, retries)
        for pid in asked:
            reading.add(pid)
        return reading.finish()


@attrs.define
class _Frames:
    """Keeps the frames of a process until those of all others are known."""

    merged: bool
    asked: list[Asked] = attrs.field(factory=list[Asked], init=False)

    def ask(self, row: int, backing: Backing, frames: array[int]) -> None:
        self.asked.append((row, backing, frames))

    def finish(self) -> None:
        """Do nothing: they are counted later."""

    def by_backing(self) -> list[tuple[Backing, array[int]]]:
        """Return all frames, in one array for each backing."""
        found: dict[Backing, array[int]] = {}
        for _, backing, frames in self.asked:
            found.setdefault(backing, array("Q")).extend(frames)
        return [*found.items()]


_Found = tuple[Pages, _Frames]
_Sizes = dict[Backing, int]
_Layout = tuple[bytes, bytes]


@attrs.define
class _Reading:
    root: str
    kernel: Kernel
    counts: FrameFile
    flags: FrameFile
    mappings: bool
    retries: int
    _torn: list[int] = attrs.field(factory=list[int], init=False)
    _map: ReverseMap = attrs.field(factory=ReverseMap, init=False)
    _kinds: ByFrames = attrs.field(
        default=attrs.Factory(lambda self: ByFrames(self.flags), takes_self=True), init=False
    )
    _found: dict[int, tuple[Pages, _Frames]] = attrs.field(
        factory=dict[int, tuple[Pages, _Frames]], init=False
    )
    _alone: dict[int, dict[Backing, int]] = attrs.field(
        factory=dict[int, dict[Backing, int]], init=False
    )
    _gaps: list[Gap] = attrs.field(factory=list[Gap], init=False)
    _twins: dict[int, int] = attrs.field(factory=dict[int, int], init=False)
    _alike: dict[_Layout, list[int]] = attrs.field(factory=dict[_Layout, list[int]], init=False)

    def add(self, pid: int) -> None:
        """Read a process, unless its address space was read before."""
        kept: list[_Frames] = []

        def take(sums: list[PageSums], by_flag: bool) -> _Frames:  # noqa: FBT001 - `Taking`
            del sums
            kept.append(_Frames(by_flag))
            return kept[-1]

        reader = Reader(pid, self.root, self.kernel, self._kinds)
        pages: Pages | None = None
        try:
            if self.mappings:
                pages = reader.once(take)
                while pages.torn and pages.retries < self.retries:
                    pages = reader.once(take, pages.retries + 1)
                snapshot, total, torn = pages.snapshot, pages.total, pages.torn
            else:
                snapshot, total, torn = reader.in_sum(take)
                for _ in range(self.retries if torn else 0):
                    snapshot, total, torn = reader.in_sum(take)
                    if not torn:
                        break
        except LiveError as error:
            self._gaps.append(Gap(pid, error))
            return
        columns = snapshot.columns
        alike = self._alike.setdefault((bytes(columns.start), bytes(columns.end)), [])
        twin = next((each for each in alike if same_address_space(pid, each)), None)
        if twin is not None:
            self._twins[pid] = twin
            return
        alike.append(pid)
        if torn:
            self._torn.append(pid)
        self._alone[pid] = {backing: total.uss[backing] for backing in BACKINGS}
        if pages is not None:
            self._found[pid] = (pages, kept[-1])
        self._map.add(pid, kept[-1].by_backing())

    def finish(self) -> Machine:
        """Count the shared pages of every process."""
        counts = self.counts.read(self._map.frames)
        self._map.close(counts)
        unmapped: dict[int, int] = {}
        if self._found:
            unmapped = self.flags.read(frame for frame, count in counts.items() if not count)
        for pid, (pages, kept) in self._found.items():
            self._count(pid, pages, kept, counts, unmapped)
            settle(pages)
        shared, stale = self._map.shared()
        return Machine(
            {pid: attrs.evolve(pages, tier="machine") for pid, (pages, _) in self._found.items()},
            self._alone,
            tuple(shared),
            tuple(self._gaps),
            self._twins,
            stale,
            tuple(self._torn),
        )

    def _count(
        self,
        pid: int,
        pages: Pages,
        kept: _Frames,
        counts: dict[int, int],
        unmapped: dict[int, int],
    ) -> None:
        only = frozenset((pid,))
        for row, backing, frames in kept.asked:
            own = pages.sums[row]
            unmapped_pages = False
            for owners, number in self._map.tally(frames):
                if not owners.mappings:
                    unmapped_pages = True
                    continue
                mine = owners.pids == only and not owners.unseen
                own.map(backing, owners.mappings, number, alone=mine)
                own.share(len(owners.pids) + owners.unseen, number)
            if unmapped_pages:
                count_unmapped(own, frames, counts, unmapped)
            if kept.merged:
                flags = self.flags.read(frames)
                own.count("merged", count_with(FRAME_FLAGS["merged"].mask, frames, flags))
