"""What is read with which right, on which kernel; and processes that end, change or share all."""

from __future__ import annotations

import ctypes
import errno
import gzip
import os
import signal
from array import array
from collections.abc import Iterable
from functools import partial
from io import FileIO
from pathlib import Path
from typing import Literal

import pytest

import procmaps
from procmaps import Snapshot
from procmaps.engines.engine_selection import engine
from procmaps.live.address_spaces import same_address_space
from procmaps.pages import (
    FIGURES,
    Pages,
    PageSums,
    frame_files,
    probing,
    read_machine,
    read_pages,
    reader,
    sharing_of,
)
from procmaps.pages.backing import ByFrames, Kind
from procmaps.pages.frame_files import FrameFile
from procmaps.pages.pagemap_file import PAGE, PagemapFile
from procmaps.pages.rows import Rows
from procmaps.pages.scan_ioctl import Region, Scanner
from procmaps.pages.segments import Segment, reads, segments
from procmaps.pages.walking import Walk
from procmaps.usage.tables import table_of
from tests.live.children import AsNobody, Spawn
from tests.live.test_process_groups import CLONE_VM
from tests.pages.regions import Region as Touched
from tests.pages.regions import Truth
from tests.pages.test_truth import REGIONS, has_frames, sums_of

PR_SET_DUMPABLE = 4


def no_scanner(_: FileIO) -> None:
    """Return None, as on a kernel without the ioctl."""


def another_text(*_: object) -> bytes:
    """Return a text that no process has."""
    return b"another text"


def never(*_: Snapshot) -> bool:
    """Return that mappings came or went."""
    return False


def test_a_user_gets_what_needs_no_right(as_nobody: AsNobody) -> None:
    def read() -> tuple[str, tuple[str, ...], dict[str, int]]:
        # A process that has changed its user may not even read its own pagemap.
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
        pages = read_pages()
        return pages.tier, pages.missing, pages.figures

    tier, missing, figures = as_nobody(read)
    assert tier == "entries"
    assert any("CAP_SYS_ADMIN" in reason for reason in missing)
    assert any("kpagecount: Permission denied; only root may read it" in each for each in missing)
    assert figures["rss"] > figures["uss"] > 0
    assert figures["present"] >= figures["rss"]


def test_a_user_cannot_see_who_shares(as_nobody: AsNobody) -> None:
    with pytest.raises(procmaps.FramesHidden, match=r"^cannot see .* Run as root; in a container"):
        as_nobody(lambda: read_machine([os.getpid()]))


def test_an_own_pagemap_that_is_refused_is_said(as_nobody: AsNobody) -> None:
    def missing() -> tuple[str, ...]:
        with probing.probe("/proc", wanted="frames") as kernel:
            assert kernel.soft_dirty is None
            return kernel.missing

    if os.geteuid() == 0:  # else the process is dumpable
        assert "/proc/self/pagemap cannot be read" in as_nobody(missing)[0]


@pytest.mark.parametrize("name", REGIONS)
def test_a_kernel_without_the_scan(
    truth: Truth, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before 6.7, every mapping is read whole, and smaps says where huge pages are."""
    monkeypatch.setattr(Scanner, "on", no_scanner)
    region: Touched = truth.regions[name]
    for tier in ("frames", "entries"):
        pages = read_pages(truth.pid, tier=tier)
        sums = sums_of(pages, region)
        assert pages.sources[:2] == ("smaps", "pagemap")
        assert "PAGEMAP_SCAN" not in pages.sources
        assert sums.figure("rss") == region.resident * PAGE
        assert sums.figure("uss") == (region.resident - region.shared) * PAGE
        assert sums.figure("present") == (region.resident + region.zero) * PAGE
        known = pages.tier == "frames"
        assert sums.figure("zero") == (region.zero * PAGE if known else None)
        if known:
            assert sums.figure("guard") == region.guard * PAGE


def test_a_kernel_that_does_not_know_guards(truth: Truth, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = Scanner.scan

    def refusing(self: Scanner, start: int, end: int) -> tuple[int, list[Region]]:
        if self.knows_guards:
            raise OSError(errno.EINVAL, "no such category")
        return scan(self, start, end)

    with PagemapFile(truth.pid, "/proc") as pagemap:
        if Scanner.on(pagemap.file) is None:
            return  # the test above is about such kernels
        monkeypatch.setattr(Scanner, "scan", refusing)
        scanner = Scanner.on(pagemap.file)
        assert scanner is not None
        assert not scanner.knows_guards
    region = truth.regions["guard"]
    sums = sums_of(read_pages(truth.pid), region)
    assert sums.figure("guard") == region.guard * PAGE
    assert sums.figure("swapped") == 0


def test_other_errors_of_the_scan_are_raised(truth: Truth, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_: Scanner, start: int, end: int) -> tuple[int, list[Region]]:
        raise OSError(errno.ENOMEM, f"{start}{end}")

    monkeypatch.setattr(Scanner, "scan", failing)
    with pytest.raises(procmaps.ReadFailed, match="pagemap: Cannot allocate memory"):
        read_pages(truth.pid)


class FakeScanner(Scanner):
    """A scan that returns what a test says, and refuses addresses from a limit on."""

    def __init__(self, found: list[Region], limit: int) -> None:
        self.found = found
        self.limit = limit

    def scan(self, start: int, end: int) -> tuple[int, list[Region]]:
        """Return the regions from *start* to *end*."""
        if end > self.limit:
            raise OSError(errno.EFAULT, "above the addresses of programs")
        return end, [each for each in self.found if start <= each.start < end]


FAR = 1 << 30
LINES = b"".join(
    b"%x-%x rw-p 00000000 00:00 0 \n" % (first * PAGE, limit * PAGE)
    for first, limit in (
        (1, 3),
        (3, 4),
        (9, 12),
        (1 << 30, (1 << 30) + 1),
        (1 << 51, (1 << 51) + 1),
    )
)


def rows_of(text: bytes) -> Rows:
    """Return a row for each mapping of *text*."""
    table = table_of(procmaps.loads(text))
    return Rows.of(table, [False] * len(table))


def test_regions_are_divided_by_mapping() -> None:
    table = rows_of(LINES)
    found = [Region(2 * PAGE, 4 * PAGE, 8), Region(4 * PAGE, 10 * PAGE, 16)]
    assert [*segments(table, FakeScanner(found, 1 << 62))] == [
        Segment(0, 2 * PAGE, 3 * PAGE, 8),
        Segment(1, 3 * PAGE, 4 * PAGE, 8),
        Segment(2, 9 * PAGE, 10 * PAGE, 16),
    ]


def test_parts_of_a_mapping_that_need_only_their_entries_are_one() -> None:
    table = rows_of(b"1000-100000 rw-p 00000000 00:00 0 \n")
    page, present, swapped, huge = 0x1000, 8, 16, 64
    found = [
        Region(1 * page, 2 * page, present),
        Region(3 * page, 4 * page, swapped),
        Region(5 * page, 6 * page, present | huge),
        Region(7 * page, 8 * page, present),
        Region(90 * page, 91 * page, present),
    ]
    parts = segments(table, FakeScanner(found, 1 << 62))
    expected = [(1, 4), (5, 6), (7, 8), (90, 91)]
    assert [(each.start // page, each.end // page) for each in parts] == expected


def test_rows_are_joined_by_kind_of_file_and_not_over_large_holes() -> None:
    text = b"".join(
        b"%x-%x rw-p 00000000 08:01 %d %s\n" % (start, start + PAGE, inode, b"/x" if inode else b"")
        for start, inode in (
            *((PAGE, 0), (4 * PAGE, 5), (9 * PAGE, 0), (20 * PAGE, 6)),
            *((21 * PAGE, 0), (FAR * PAGE, 0), (0xFFFFFFFFFF600000, 0)),
        )
    )

    class Known(ByFrames):
        def known(self, file: tuple[int, int, int]) -> Kind | None:
            """Know all files but one."""
            return None if file[2] == 6 else "file"

    rows = rows_of(text).joined(Known(None))  # type: ignore[arg-type]
    assert [*zip(rows.start, rows.end, strict=True)] == [
        (PAGE, 10 * PAGE),
        (20 * PAGE, 21 * PAGE),
        (21 * PAGE, 22 * PAGE),
        (FAR * PAGE, (FAR + 1) * PAGE),
        (0xFFFFFFFFFF600000, 0xFFFFFFFFFF600000 + PAGE),
    ]
    # Before 6.11, huge pages of files have no bit 61, so a run has the file that it contains.
    assert [*rows.inode] == [5, 6, 0, 0, 0]


def test_huge_pages_of_files_without_their_bit() -> None:
    """Before 6.11, bit 61 is in no huge entry. The flags of the frames say what they are."""
    present, shmem, anonymous = 1 << 63, 1 << 14, 1 << 12 | 1 << 14
    entries = array("Q", [present | 7, present | 8, present | 9, 0]).tobytes()
    known = {7: shmem, 8: shmem, 9: anonymous}

    class Flags(FrameFile):
        def read(self, frames: Iterable[int]) -> dict[int, int]:
            return {frame: known[frame] for frame in frames}

        def one(self, frame: int) -> int:
            return known[frame]

    class Given(PagemapFile):
        def read(self, start: int, pages: int) -> bytes:
            return entries if (start, pages) == (PAGE, 4) else b""

    table = table_of(procmaps.loads(b"%x-%x rw-p 00000000 00:01 5 /x\n" % (PAGE, 5 * PAGE)))
    asked: dict[str, list[int]] = {}

    class Taken:
        def ask(self, row: int, backing: str, frames: array[int]) -> None:
            asked[f"{backing} of {row}"] = [*frames]

    flags = Flags("/dev/null")
    with Given("self", "/proc") as pagemap:
        walk = Walk(
            Rows.of(table, [True]),
            pagemap,
            scanner=None,
            kinds=ByFrames(flags),
            hugetlb=lambda: False,
            soft_dirty=False,
            every_frame=False,
        )
        walk.into([PageSums()], Taken())
    flags.close()
    assert asked == {"shmem of 0": [7, 8], "anonymous of 0": [9]}


def test_addresses_that_the_scan_refuses_are_read_whole() -> None:
    table = rows_of(LINES)
    found = [*segments(table, FakeScanner([], 1 << 40))]
    # The last line is above all addresses that pagemap has.
    assert found == [Segment(3, PAGE << 30, (PAGE << 30) + PAGE, None)]


def test_near_segments_are_one_read() -> None:
    near = [Segment(0, PAGE, 2 * PAGE, None), Segment(1, 18 * PAGE, 20 * PAGE, None)]
    far = [Segment(2, 40 * PAGE, 41 * PAGE, None)]
    assert [*reads([*near, *far])] == [near, far]


BUSY = """
import random, signal
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
print("ready", flush=True)
kept = []
while True:
    memory = mmap.mmap(-1, 64 * PAGE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    for page in range(random.randrange(64)):
        memory[page * PAGE] = 1
    protect(address(memory), random.randrange(1, 64) * PAGE, mmap.PROT_READ)
    kept.append(memory)
    if os.fork() == 0:
        os._exit(0)
    if len(kept) > 20:
        kept = kept[10:]
"""


def test_a_process_that_maps_and_forks_without_pause(spawn: Spawn) -> None:
    child = spawn(BUSY, wait="")
    for number in range(20):
        pages = read_pages(child.pid, tier=("frames", "entries")[number % 2], retries=2)
        assert 0 <= pages.retries <= 2
        assert pages.retries == 2 or not pages.torn
        tree = pages.by("kind", "label")
        assert tree.sums == pages.total
        for each in (tree, *(group for _, group in tree.walk())):
            assert all((each.figure(name) or 0) >= 0 for name in FIGURES)
        if pages.sharers is not None:
            assert sum(pages.sharers.values()) == pages.figure("rss")


@pytest.mark.parametrize("name", REGIONS)
def test_the_walk_in_python_gives_the_same(
    truth: Truth, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for tier in ("frames", "entries"):
        for every_frame in (False, True):
            sums: list[PageSums] = []
            for chosen in (engine(), "python"):
                monkeypatch.setattr(reader, "engine", partial(str, chosen))
                monkeypatch.setattr(frame_files, "engine", partial(str, chosen))
                pages = read_pages(truth.pid, tier=tier, every_frame=every_frame)
                sums.append(sums_of(pages, truth.regions[name]))
            assert sums[0] == sums[1]


def test_tearing_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "read_text", another_text)
    monkeypatch.setattr(reader, "have_same_ranges", never)
    pages = read_pages(retries=2)
    assert (pages.torn, pages.retries) == (True, 2)


@pytest.mark.parametrize("mappings", [True, False])
def test_a_process_of_the_machine_is_read_again(
    truth: Truth,
    monkeypatch: pytest.MonkeyPatch,
    mappings: bool,
) -> None:
    if not has_frames():
        return
    left = 2

    def at_the_third_reading(*_: Snapshot) -> bool:
        nonlocal left
        left -= 1
        return left < 0

    monkeypatch.setattr(reader, "read_text", another_text)
    monkeypatch.setattr(reader, "have_same_ranges", at_the_third_reading)
    machine = read_machine([truth.pid], mappings=mappings)
    assert (left, machine.torn) == (-1, ())
    monkeypatch.setattr(reader, "have_same_ranges", never)
    machine = read_machine([truth.pid], mappings=mappings, retries=1)
    assert machine.torn == (truth.pid,)
    assert machine.alone[truth.pid]["anonymous"] > 0


def test_only_other_ranges_make_a_reading_torn(
    truth: Truth, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text of the same mappings that differs, as by a label, is no reason to read again."""
    monkeypatch.setattr(reader, "read_text", another_text)
    pages = read_pages(truth.pid)
    assert (pages.torn, pages.retries) == (False, 0)


EXEC = """
print("ready", flush=True)
sys.stdin.readline()
os.execv(sys.executable, [sys.executable, "-c", "print('another', flush=True); input()"])
"""


@pytest.mark.parametrize("tier", ["frames", "entries"])
def test_a_program_that_is_replaced_has_the_figures_of_the_new_one(
    spawn: Spawn, monkeypatch: pytest.MonkeyPatch, tier: Literal["frames", "entries"]
) -> None:
    """A pagemap that was opened before exec has nothing at the addresses of the new program."""
    child = spawn(EXEC)
    waiting = [b"go on"]

    def replaced(pid: int, root: str) -> bool:
        if waiting:
            assert child.tell(waiting.pop()) == b"another"
        return probing.has_merged_pages(pid, root)

    monkeypatch.setattr(reader, "has_merged_pages", replaced)
    pages = read_pages(child.pid, tier=tier)
    assert not waiting
    assert (pages.figure("present") or 0) >= (pages.figure("rss") or 0) > 0


def test_one_address_space_is_read_once(spawn: Spawn) -> None:
    child = spawn(CLONE_VM)
    twin = int(child.said)
    try:
        if same_address_space(child.pid, twin) is None or not has_frames():
            return  # this kernel does not compare address spaces, or hides frames
        child.freeze()
        machine = read_machine([child.pid, twin])
        sharing = sharing_of(machine, [twin, child.pid])
    finally:
        os.kill(twin, signal.SIGKILL)
    assert machine.twins == {twin: child.pid}
    assert [*machine.processes] == [child.pid]
    assert len(sharing.members) == 1
    assert len(sharing.twins) == 1
    assert sharing.resident == sharing.matrix[child.pid, child.pid]


def test_what_has_no_pages_is_an_error(spawn: Spawn) -> None:
    child = spawn("print(1, flush=True)")
    child.kill(collect=False)
    with pytest.raises(procmaps.Zombie):
        read_pages(child.pid)
    with pytest.raises(procmaps.NoSuchProcess):
        read_pages(2**22 + 1)
    with pytest.raises(procmaps.LiveError):
        read_pages(2)  # kthreadd, or nobody in a container
    with pytest.raises(ValueError, match=r'^tier must be "entries", "frames" or None, not'):
        read_pages(tier="machine")
    if has_frames():
        gaps = read_machine([child.pid, 2**22 + 1]).gaps
        assert [gap.pid for gap in gaps] == [child.pid, 2**22 + 1]


def test_another_procfs(tmp_path: Path) -> None:
    with pytest.raises(procmaps.NotProcfs):
        read_pages(root=tmp_path)
    with probing.probe(str(tmp_path), wanted="frames") as kernel:
        assert len(kernel.missing) == 3
        assert "kpageflags does not exist" in kernel.missing[2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"CONFIG_NO_PAGE_MAPCOUNT=y\n", True),
        (b"# CONFIG_NO_PAGE_MAPCOUNT is not set\nCONFIG_PAGE_MAPCOUNT=y\n", False),
        (b"CONFIG_KSM=y\n", False),
        (b"", None),
        (None, None),
    ],
)
def test_kernels_that_count_folios_as_a_whole(
    text: bytes | None, expected: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(path: Path) -> bytes:
        if text is None or path.name != "config.gz":
            raise FileNotFoundError(path)
        return gzip.compress(text)

    monkeypatch.setattr(Path, "read_bytes", read)
    assert probing.counts_are_averages.__wrapped__() is expected


def test_whether_pages_are_merged_or_of_hugetlbfs(tmp_path: Path) -> None:
    process = tmp_path / "7"
    process.mkdir()
    assert probing.has_hugetlb(7, str(tmp_path))  # not said
    for text, expected in (("0", False), ("12", True)):
        (process / "ksm_merging_pages").write_text(f"{text}\n")
        (process / "status").write_text(f"Name:\tx\nHugetlbPages:\t{text} kB\n")
        assert probing.has_merged_pages(7, str(tmp_path)) is expected
        assert probing.has_hugetlb(7, str(tmp_path)) is expected


@pytest.fixture
def pages() -> Pages:
    """Give the pages of this process."""
    return read_pages(tier="entries")


def test_unknown_figures_are_refused(pages: Pages) -> None:
    for each in (pages, pages[0], pages.by("kind"), PageSums()):
        with pytest.raises(KeyError):
            each.figure("rss_file")
    with pytest.raises(ValueError, match="unknown key"):
        pages.by("colour")  # type: ignore[arg-type]


def test_what_is_unknown_of_a_part_is_unknown_of_the_sum() -> None:
    known, unknown = PageSums(), PageSums(sharers=None)
    known.count("large", 3)
    unknown.forget("large")
    total = PageSums.of_all([known, unknown, known])
    assert total.figure("large") is None
    assert total.sharers is None
    assert total.figure("zero") == 0


def test_files_are_closed(truth: Truth) -> None:
    before = len([*Path("/proc/self/fd").iterdir()])
    read_pages(truth.pid)
    read_pages(truth.pid, tier="entries")
    assert len([*Path("/proc/self/fd").iterdir()]) == before
