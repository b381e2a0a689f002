"""One reading of one process: `Reader`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Protocol

import attrs

from procmaps.engines.engine_selection import engine
from procmaps.live.proc_file_path import ProcFile
from procmaps.live.process_snapshots import is_torn, maps, smaps
from procmaps.live.read_proc_file import open_file, read_text
from procmaps.pages.backing import ByFrames, shmem_rows
from procmaps.pages.pagemap_file import PAGE, PagemapFile
from procmaps.pages.probing import Kernel, counts_are_averages, has_hugetlb, has_merged_pages
from procmaps.pages.results import Pages
from procmaps.pages.rows import Rows
from procmaps.pages.scan_ioctl import Scanner
from procmaps.pages.sums import PageSums
from procmaps.pages.walking import Sink, Walk
from procmaps.pages.without_frames import HUGE_FIELDS, SmapsFields, fill
from procmaps.snapshots.snapshot import Snapshot
from procmaps.usage.tables import table_of


class FinishedSink(Sink, Protocol):
    """A sink that is called when there are no more frames."""

    def finish(self) -> None:
        """Count the pages whose frames were given."""
        ...


Taking = Callable[[list[PageSums], bool], FinishedSink]


@attrs.frozen
class Reader:
    """Reads one process in the way that the kernel and the rights allow.

    pid           The process.
    root          The mount point of procfs.
    kernel        What the kernel and the rights give.
    kinds         Distinguishes files, shared memory and hugetlbfs; None if frames are hidden.
    every_frame   Whether frames are looked at that one page table entry maps, too.
    """

    pid: int
    root: str
    kernel: Kernel
    kinds: ByFrames | None
    every_frame: bool = False

    def once(self, take: Taking, retries: int = 0) -> Pages:
        """Return the pages as of one reading, which is the one after *retries* others.

        *take* makes the sink of the frames, from the sums of the rows and whether to look for
        merged pages. `Pages.torn` says whether mappings came or went meanwhile.
        """
        with PagemapFile(self.pid, self.root) as pagemap:
            has_scan = pagemap.ask(Scanner.on) is not None
        merged = has_merged_pages(self.pid, self.root)
        by_flag = merged and bool(self.kernel.merged_flag)
        by_field = merged and not by_flag
        with_smaps = self.kernel.counts is None or not has_scan or by_field
        snapshot = (smaps if with_smaps else maps)(self.pid, root=self.root, errors="collect")
        table = table_of(snapshot)
        fields = SmapsFields(table)
        huge = [fields.sum_of(HUGE_FIELDS, row) for row in range(len(table))]
        rows = Rows.of(table, [bool(each) for each in huge])
        # An open pagemap stays that of the old program after exec. Opened between two reads of the
        # mappings that are alike, it is theirs.
        with PagemapFile(self.pid, self.root) as pagemap:
            scanner = pagemap.ask(Scanner.on)
            walk = self._walk(rows, pagemap, scanner, every_frame=self.every_frame or by_flag)
            sums = self._into(walk, take, by_flag=by_flag)
        if self.kinds is None:
            if scanner is None:
                for own in sums:
                    own.forget("zero")
                    own.forget("guard")
            fill(sums, table, shmem_rows(table, self.pid, self.root))
        torn = self._is_torn(snapshot, with_smaps=with_smaps)
        for row, own in enumerate(sums):
            if scanner is None:
                own.counted["huge_mapped"] = huge[row]
            if by_field:
                own.counted["merged"] = fields.of("ksm", row)
        fault = "merged without KSM"
        return Pages(
            pid=self.pid,
            tier="entries" if self.kernel.counts is None else "frames",
            missing=self.kernel.missing,
            sources=tuple(self._sources(scanner, with_smaps=with_smaps)),
            faults=(fault,) if self.kernel.merged_flag is False else (),
            averages=counts_are_averages(),
            page_size=PAGE,
            retries=retries,
            torn=torn,
            snapshot=snapshot,
            sums=sums,
        )

    def in_sum(self, take: Taking) -> tuple[Snapshot, PageSums, bool]:
        """Return the mappings, the sums over all of them, and whether mappings came or went.

        Mappings whose files are of one kind are walked over as one, so far as there is a scan.
        """
        with PagemapFile(self.pid, self.root) as pagemap:
            scanner = pagemap.ask(Scanner.on)
            read = smaps if scanner is None else maps
            snapshot = read(self.pid, root=self.root, errors="collect")
            table = table_of(snapshot)
            fields = SmapsFields(table)
            huge = [False] * len(table)  # the scan says it
            if scanner is None:
                huge = [bool(fields.sum_of(HUGE_FIELDS, row)) for row in range(len(table))]
            rows = Rows.of(table, huge)
            if self.kinds is not None and scanner is not None:
                rows = rows.joined(self.kinds)
            walk = self._walk(rows, pagemap, scanner, every_frame=False)
            total = PageSums.of_all(self._into(walk, take, by_flag=False))
        return snapshot, total, self._is_torn(snapshot, with_smaps=scanner is None)

    def _is_torn(self, snapshot: Snapshot, *, with_smaps: bool) -> bool:
        """Return whether the mappings are no longer those of *snapshot*, or never were."""
        if is_torn(snapshot):
            return True
        if not with_smaps:  # most texts are equal, and need not be parsed
            file = ProcFile(self.pid, "maps", root=self.root)
            with open_file(file) as handle:
                if read_text(handle, file) == snapshot.dumps():
                    return False
        again = maps(self.pid, root=self.root, errors="collect")
        return not have_same_ranges(snapshot, again)

    def _walk(
        self, rows: Rows, pagemap: PagemapFile, scanner: Scanner | None, *, every_frame: bool
    ) -> Walk:
        return Walk(
            rows,
            pagemap,
            scanner,
            self.kinds,
            functools.cache(functools.partial(has_hugetlb, self.pid, self.root)),
            bool(self.kernel.soft_dirty),
            every_frame,
        )

    def _into(self, walk: Walk, take: Taking, *, by_flag: bool) -> list[PageSums]:
        """Walk, and return the sums of each row."""
        known = PageSums()
        if not self.kernel.soft_dirty:
            known.forget("soft_dirty")
        if not self.every_frame:
            known.forget("large")
        counted = known.counted
        sums = [
            PageSums(1, end - start, counted.copy())
            for start, end in zip(walk.rows.start, walk.rows.end, strict=True)
        ]
        sink = take(sums, by_flag)
        into = walk.into
        if engine() == "native":
            from procmaps.pages.native_walking import (  # noqa: PLC0415 - only where it was built
                walk_natively,
            )

            into = functools.partial(walk_natively, walk)
        walk.pagemap.ask(lambda _: into(sums, sink))
        sink.finish()
        return sums

    def _sources(self, scanner: Scanner | None, *, with_smaps: bool) -> Iterator[str]:
        yield "smaps" if with_smaps else "maps"
        yield "pagemap"
        if scanner is not None:
            yield "PAGEMAP_SCAN"
        if self.kernel.counts is not None:
            yield from ("kpagecount", "kpageflags")


def have_same_ranges(one: Snapshot, other: Snapshot) -> bool:
    """Return whether two snapshots have the same mappings at the same addresses."""
    return all(
        bytes(getattr(one.columns, name)) == bytes(getattr(other.columns, name))
        for name in ("start", "end", "perms")
    ) and (one.columns.inode == other.columns.inode)
