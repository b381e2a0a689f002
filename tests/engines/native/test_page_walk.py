"""Pages counted in C: equal to the walk in Python, and to what a process did with its memory."""

from __future__ import annotations

import ctypes
import mmap
import os
from array import array
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps.formats.page_bits import FRAME_FLAGS, SWAP_TYPES
from procmaps.pages.backing import ByFrames
from procmaps.pages.frame_files import FrameFile
from procmaps.pages.pagemap_file import PAGE, PagemapFile
from procmaps.pages.rows import Rows
from procmaps.pages.scan_ioctl import Scanner
from procmaps.pages.sums import PageSums
from procmaps.pages.walking import Walk

native = pytest.importorskip("procmaps.engines._scanner", reason="it needs the native scanner")
native_walking = pytest.importorskip(
    "procmaps.pages.native_walking", reason="it needs the native scanner"
)
page_walk = pytest.importorskip("procmaps.engines.page_walk", reason="it needs the native scanner")

PAGES = 64
FRAMES = 32
PRESENT, SWAPPED, FILE, GUARD, EXCLUSIVE, SOFT_DIRTY = (
    1 << bit for bit in (63, 62, 61, 58, 56, 55)
)


def entry_of(bits: set[int], frame: int) -> int:
    """Return an entry of pagemap."""
    return sum(bits) | frame


ENTRIES = st.lists(
    st.one_of(
        st.just(0),
        st.builds(
            entry_of,
            st.sets(st.sampled_from((PRESENT, SWAPPED, FILE, GUARD, EXCLUSIVE, SOFT_DIRTY))),
            st.integers(0, FRAMES - 1),
        ),
    ),
    max_size=PAGES,
)
PAGE_NUMBERS = st.integers(0, PAGES + 3)
ROWS = st.lists(st.tuples(PAGE_NUMBERS, PAGE_NUMBERS, st.integers(0, 2), st.booleans()))
FLAGS = st.lists(
    st.sampled_from((0, *(FRAME_FLAGS[n].mask for n in ("anonymous", "swap_backed", "hugetlb")))),
    min_size=FRAMES,
    max_size=FRAMES,
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for the files of a procfs, with the folder of process 7."""
    folder = tmp_path_factory.mktemp("proc")
    (folder / "7").mkdir()
    return folder


@attrs.define
class Kept:
    """Keeps the frames that a walk gives, by row and backing."""

    frames: dict[tuple[int, str], list[int]] = attrs.field(factory=dict[tuple[int, str], list[int]])

    def ask(self, row: int, backing: str, frames: array[int]) -> None:
        """Append the frames of a row."""
        self.frames.setdefault((row, backing), []).extend(frames)

    @property
    def counted(self) -> dict[tuple[int, str], Counter[int]]:
        """How many pages have each frame: their order is no matter."""
        return {key: Counter(frames) for key, frames in self.frames.items()}


def both(walk: Walk, rows: int) -> Iterator[tuple[list[PageSums], Kept]]:
    """Yield what the walk in Python and the one in C give."""
    for is_native in (False, True):
        sums = [PageSums() for _ in range(rows)]
        kept = Kept()
        kinds = None if walk.kinds is None else ByFrames(walk.kinds.flags)
        own = attrs.evolve(walk, kinds=kinds)
        if is_native:
            native_walking.walk_natively(own, sums, kept)
        else:
            own.into(sums, kept)
        yield sums, kept


def walked(
    root: Path, entries: list[int], flags: list[int], rows: Rows, *, hidden: bool, **options: bool
) -> list[tuple[list[PageSums], Kept]]:
    """Write the files of a procfs, and return what both walks give: Python's first."""
    (root / "7" / "pagemap").write_bytes(array("Q", entries).tobytes())
    (root / "kpageflags").write_bytes(array("Q", flags).tobytes())
    hugetlb = options.pop("hugetlb")
    file = FrameFile(str(root / "kpageflags"))
    try:
        with PagemapFile(7, str(root)) as pagemap:
            walk = Walk(
                rows,
                pagemap,
                scanner=None,
                kinds=None if hidden else ByFrames(file),
                hugetlb=lambda: hugetlb,
                **options,
            )
            return [*both(walk, len(rows.start))]
    finally:
        file.close()


@given(ENTRIES, ROWS, FLAGS, st.booleans(), st.tuples(*[st.booleans()] * 3))
def test_both_walks_agree_without_a_scan(
    root: Path,
    entries: list[int],
    ranges: list[tuple[int, int, int, bool]],
    flags: list[int],
    hidden: bool,
    options: tuple[bool, bool, bool],
) -> None:
    rows = Rows(
        [min(a, b) * PAGE for a, b, _, _ in ranges],
        [max(a, b) * PAGE for a, b, _, _ in ranges],
        [0] * len(ranges),
        [0] * len(ranges),
        [inode for _, _, inode, _ in ranges],
        [huge for *_, huge in ranges],
    )
    hugetlb, soft_dirty, every_frame = options
    (one, frames), (other, others) = walked(
        root,
        entries,
        flags,
        rows,
        hidden=hidden,
        hugetlb=hugetlb,
        soft_dirty=soft_dirty,
        every_frame=every_frame,
    )
    # Which frame of a file is asked for its kind may differ if its frames are of several kinds.
    kinds = {flags[e % (1 << 55)] for e in entries if e & PRESENT}
    if hidden or len(kinds) < 2 or not any(rows.inode):
        assert other == one
        assert others.counted == frames.counted
    assert [each.counted["present"] for each in other] == [each.counted["present"] for each in one]


@pytest.mark.parametrize("bits", [PRESENT, PRESENT | FILE, PRESENT | FILE | EXCLUSIVE])
def test_pages_of_hugetlbfs_have_a_figure_of_their_own(root: Path, bits: int) -> None:
    flags = [FRAME_FLAGS["hugetlb"].mask] * FRAMES
    rows = Rows([0], [4 * PAGE], [0], [0], [9], [True])
    entries = [bits | frame for frame in (3, 5, 7)]
    options = {"hugetlb": True, "soft_dirty": False, "every_frame": False}
    for sums, kept in walked(root, entries, flags, rows, hidden=False, **options):
        assert sums[0].counted["hugetlb"] == 3 * PAGE
        assert not kept.frames


@pytest.mark.parametrize(
    ("entry", "hidden", "figure"),
    [
        (SWAPPED | GUARD, False, "guard"),
        (SWAPPED | GUARD, True, "guard"),
        (SWAPPED | SWAP_TYPES - 1, False, "swapped"),
        (SWAPPED | SWAP_TYPES, False, "marked"),
        (SWAPPED | SWAP_TYPES, True, "swapped"),
        (0, False, None),
    ],
)
def test_absent_pages_are_counted_by_what_their_entries_say(
    root: Path, entry: int, hidden: bool, figure: str | None
) -> None:
    rows = Rows([0], [4 * PAGE], [0], [0], [0], [False])
    expected = dict.fromkeys(PageSums().counted, 0)
    if figure is not None:
        expected[figure] = 3 * PAGE
    options = {"hugetlb": False, "soft_dirty": False, "every_frame": False}
    for sums, kept in walked(root, [entry] * 3, [0], rows, hidden=hidden, **options):
        assert sums[0].counted == expected
        assert not kept.frames


def test_parts_of_a_long_walk_add_up(root: Path) -> None:
    """More pages than one call walks, in rows of which one ends amid a part."""
    pages = 600_000
    entries = array("Q", range(PRESENT, PRESENT + pages))
    (root / "7" / "pagemap").write_bytes(entries.tobytes())
    limits = (5, 16_384, 300_001, pages)
    rows = page_walk.RowsToWalk(
        array("Q", (at * PAGE for at in (0, *limits[:-1]))),
        array("Q", (at * PAGE for at in limits)),
        bytes(len(limits)),
        PAGE,
        0,
        0,
    )
    numbers = array("Q", bytes(8 * len(page_walk.COUNTED) * len(limits)))
    found: dict[int, list[int]] = {}
    with PagemapFile(7, str(root)) as pagemap:
        parts = [*page_walk.walk_rows(pagemap.file.fileno(), rows, numbers)]
    for none, of_file, unsure in parts:
        assert not of_file + unsure
        for row, frames in none:
            found.setdefault(row, []).extend(frames)
    assert len(parts) > 2
    for row, (first, limit) in enumerate(zip((0, *limits), limits, strict=False)):
        assert found[row] == [*range(first, limit)]
        assert numbers[row * len(page_walk.COUNTED)] == limit - first


TOUCHES = st.lists(st.tuples(st.sampled_from("wrp"), st.integers(0, PAGES - 1)), max_size=20)


@given(TOUCHES, st.booleans())
def test_pages_that_were_touched_are_counted(
    touches: list[tuple[str, int]], soft_dirty: bool
) -> None:
    """With the scan of this kernel, if there is one: written, read only, and protected pages."""
    memory = mmap.mmap(-1, PAGES * PAGE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    view = (ctypes.c_ubyte * (PAGES * PAGE)).from_buffer(memory)
    address = ctypes.addressof(view)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.madvise(ctypes.c_void_p(address), ctypes.c_size_t(PAGES * PAGE), 15)  # MADV_NOHUGEPAGE
    written: set[int] = set()
    for what, page in touches:
        if what == "w":
            view[page * PAGE] = 1
            written.add(page)
        elif what == "r":
            assert view[page * PAGE] in (0, 1)
        else:
            libc.madvise(ctypes.c_void_p(address + page * PAGE), ctypes.c_size_t(PAGE), 4)
            written.discard(page)  # MADV_DONTNEED: empty again
    rows = Rows([address], [address + PAGES * PAGE], [0], [0], [0], [False])
    with PagemapFile(os.getpid(), "/proc") as pagemap:
        scanner = pagemap.ask(Scanner.on)
        walk = Walk(
            rows,
            pagemap,
            scanner,
            kinds=None,
            hugetlb=lambda: False,
            soft_dirty=soft_dirty,
            every_frame=False,
        )
        (one, _), (other, _) = both(walk, 1)
    del view
    memory.close()
    assert other == one
    counted = other[0].counted
    present, zero = counted["present"], counted["zero"]
    assert present is not None
    assert zero is not None
    if scanner:
        assert present - zero == len(written) * PAGE
    assert present >= len(written) * PAGE


GROUPS = st.lists(st.lists(st.integers(0, FRAMES + 3)))


@given(GROUPS, st.lists(st.integers(0, 5), min_size=FRAMES, max_size=FRAMES))
def test_frames_are_counted_by_their_number(
    root: Path, groups: list[list[int]], numbers: list[int]
) -> None:
    path = root / "kpagecount"
    path.write_bytes(array("Q", numbers).tobytes())
    known = [*numbers, *[0] * 4]  # beyond the last frame
    with path.open("rb") as file:
        counted, unmapped = page_walk.count_frames(
            file.fileno(), [array("Q", group) for group in groups]
        )
    by_group = [Counter(known[frame] for frame in group) for group in groups]
    assert counted == [
        (group, number, pages)
        for group, found in enumerate(by_group)
        for number, pages in sorted(found.items())
        if number
    ]
    expected = sorted((g, f) for g, group in enumerate(groups) for f in group if not known[f])
    assert unmapped == expected


@pytest.mark.parametrize("frames", [200_000, 20])
def test_many_frames_of_large_numbers(root: Path, frames: int) -> None:
    """Sorted by more than one digit, and read in several parts."""
    path = root / "kpagecount"
    path.write_bytes(array("Q", (frame * 5 % 3_000_000 for frame in range(frames))).tobytes())
    asked = array("Q", reversed(range(0, frames, 7)))
    with path.open("rb") as file:
        counted, unmapped = page_walk.count_frames(file.fileno(), [asked, array("Q", [1, 1])])
    found = Counter(frame * 5 % 3_000_000 for frame in asked)
    del found[0]
    assert counted == [*((0, n, pages) for n, pages in sorted(found.items())), (1, 5, 2)]
    assert unmapped == [(0, frame) for frame in asked[::-1] if not frame * 5 % 3_000_000]


def test_errors_of_the_files_are_raised(root: Path) -> None:
    rows = page_walk.RowsToWalk(array("Q", [0]), array("Q", [PAGE]), b"\0", PAGE, 0, 0)
    numbers = array("Q", bytes(8 * len(page_walk.COUNTED)))
    folder = os.open(root, os.O_RDONLY)
    try:
        with pytest.raises(IsADirectoryError):
            list(page_walk.walk_rows(folder, rows, numbers))
        with pytest.raises(IsADirectoryError):
            page_walk.count_frames(folder, [array("Q", [1])])
        scanned = attrs.evolve(rows, categories=24)
        with pytest.raises(OSError, match="Inappropriate ioctl"):
            list(page_walk.walk_rows(folder, scanned, numbers))
    finally:
        os.close(folder)


def test_columns_of_other_lengths_are_refused() -> None:
    good = array("Q", [0])
    numbers = array("Q", bytes(8 * len(page_walk.COUNTED)))
    for starts, ends, flags, into, page in (
        (array("Q"), good, b"\0", numbers, PAGE),
        (good, array("Q", [1, 2]), b"\0", numbers, PAGE),
        (good, good, b"", numbers, PAGE),
        (good, good, b"\0", good, PAGE),
        (good, good, b"\0", numbers, 0),
        (good, good, b"\0", numbers, 1000),
    ):
        with pytest.raises(ValueError, match="the columns must be of the same rows"):
            native.walk_pages(0, page, 0, 0, starts, ends, flags, into, 0, 0)
    for lengths in ([], [1], [3], [1 << 63, 1]):
        with pytest.raises(ValueError, match="the lengths must be those of all frames"):
            native.count_frames(0, array("Q", [1, 2]), array("Q", lengths))
