"""Pages of a machine whose settings the tests change: merging, swap, hugetlbfs, labels.

`tests/kernel/lab/booted/test_pages.py` runs this file in booted kernels, and nothing else does: no
host is changed. Each child says what it touched.
"""

from __future__ import annotations

import ctypes
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import procmaps
from procmaps.pages import Pages, PageSums, read_machine, read_pages, sharing_of
from procmaps.pages.pagemap_file import PAGE
from tests.live.children import Child, Spawn

KSM = Path("/sys/kernel/mm/ksm")
HUGE = 2 << 20

START = """
libc.mmap.restype = ctypes.c_void_p
PRIVATE = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
def anonymous(pages):
    "Writable memory with inaccessible memory on both sides."
    whole = libc.mmap(None, ctypes.c_size_t((pages + 2) * PAGE), 0, PRIVATE, -1, 0)
    protect(whole + PAGE, pages * PAGE, 3)
    return whole + PAGE, (ctypes.c_ubyte * (pages * PAGE)).from_address(whole + PAGE)
def touch(memory, pages, value=None):
    for page in pages:
        memory[page * PAGE] = page % 251 + 1 if value is None else value
def advise(start, pages, advice):
    return libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(pages * PAGE), advice)
"""


def wait_until(done: Callable[[], bool]) -> None:
    """Wait until the kernel has done what it does in the background."""
    for _ in range(1200):
        if done():
            return
        time.sleep(0.1)
    raise AssertionError("the kernel did not do it in two minutes")


def sums_at(pages: Pages, address: int) -> PageSums:
    """Return the sums of the mapping at *address*."""
    (found,) = [each for each in pages if each.mapping.start == address]
    return found.sums


def address_of(child: Child) -> int:
    """Return the address that a child printed."""
    return int(child.said.split()[0])


@pytest.fixture(scope="module", autouse=True)
def _sysfs() -> None:
    """Mount sysfs, where KSM is set up."""
    if not KSM.exists():
        Path("/sys").mkdir(exist_ok=True)
        libc = ctypes.CDLL(None, use_errno=True)
        assert libc.mount(b"sysfs", b"/sys", b"sysfs", 0, None) == 0, os.strerror(
            ctypes.get_errno()
        )


MERGEABLE = """
start, memory = anonymous(64)
touch(memory, range(64), 7)
assert advise(start, 64, 12) == 0
print(start, flush=True)
"""


def test_merged_pages(spawn: Spawn) -> None:
    child = spawn(START + MERGEABLE)
    address = address_of(child)
    (KSM / "sleep_millisecs").write_text("0")
    (KSM / "pages_to_scan").write_text("10000")
    (KSM / "run").write_text("1")
    merged = Path(f"/proc/{child.pid}/ksm_merging_pages")
    try:
        wait_until(lambda: int(merged.read_text()) == 64)
        (KSM / "run").write_text("0")
        child.freeze()
        pages = read_pages(child.pid)
        sums = sums_at(pages, address)
        assert sums.figure("merged") == 64 * PAGE
        assert sums.figure("rss") == 64 * PAGE
        assert sums.figure("uss") == 0
        assert sums.figure("pss") == PAGE
        assert sums.sharers == {64: 64 * PAGE}
        assert pages.figure("merged") == 64 * PAGE
        # Where the flag of frames is wrong, smaps was asked. Without the scan it is always needed.
        scanned = "PAGEMAP_SCAN" in pages.sources
        assert ("smaps" in pages.sources) is (bool(pages.faults) or not scanned)
        only = read_machine([child.pid])
        assert sharing_of(only, [child.pid]).matrix[child.pid, child.pid] < pages.figures["rss"]
        assert sums_at(only.processes[child.pid], address).figure("uss") == 64 * PAGE
    finally:
        (KSM / "run").write_text("2")


@pytest.fixture
def _swap() -> None:
    """Use a disk in memory for swap."""
    device = Path("/dev/ram1")
    if not device.exists():
        os.mknod(device, stat.S_IFBLK | 0o600, os.makedev(1, 1))
    # union swap_header, include/linux/swap.h: version 1, last page 999; the magic ends page 0.
    header = bytearray(PAGE)
    header[1024:1032] = (1).to_bytes(4, "little") + (999).to_bytes(4, "little")
    header[-10:] = b"SWAPSPACE2"
    with device.open("r+b") as disk:
        disk.write(header)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.swapon(b"/dev/ram1", 0):
        assert Path("/proc/swaps").read_text().count("ram1"), os.strerror(ctypes.get_errno())


SWAPPED = """
import signal
start, memory = anonymous(100)
touch(memory, range(100))
assert advise(start, 100, 21) == 0  # MADV_PAGEOUT
shared = mmap.mmap(-1, 50 * PAGE)
touch(shared, range(0), 0)
for page in range(50):
    shared[page * PAGE] = page + 1
assert advise(address(shared), 50, 21) == 0
print(start, address(shared), flush=True)
"""


@pytest.mark.usefixtures("_swap")
def test_swapped_pages(spawn: Spawn) -> None:
    child = spawn(START + SWAPPED)
    private, shared = map(int, child.said.split())
    child.freeze()

    def usage(address: int) -> procmaps.Usage:
        mapping = procmaps.smaps(child.pid).mapping_at(address)
        assert mapping
        assert mapping.usage
        return mapping.usage

    pages = read_pages(child.pid)
    sums = sums_at(pages, private)
    swapped = sums.figure("swapped")
    # The kernel may keep pages that it was writing.
    assert swapped
    assert swapped + (sums.figure("rss") or 0) == 100 * PAGE
    assert swapped == usage(private).swap
    assert sums.figure("marked") == 0
    # Swapped shared memory has no entry: smaps counts it, pagemap does not.
    of_file = sums_at(pages, shared)
    assert usage(shared).swap
    assert of_file.figure("swapped") == 0
    assert (of_file.figure("rss") or 0) + (usage(shared).swap or 0) == 50 * PAGE
    without = read_pages(child.pid, tier="entries")
    assert sums_at(without, private).figure("swapped") == swapped
    assert sums_at(without, shared).figure("swapped") == 0


HUGETLB = """
PAGES = 2 << 20
whole = libc.mmap(None, ctypes.c_size_t(2 * PAGES), 3, PRIVATE | 0x40000, -1, 0)  # MAP_HUGETLB
assert whole != ctypes.c_void_p(-1).value
(ctypes.c_ubyte * PAGES).from_address(whole)[0] = 1
print(whole, flush=True)
"""


def test_pages_of_hugetlbfs(spawn: Spawn) -> None:
    number = Path("/proc/sys/vm/nr_hugepages")
    before = number.read_text()
    number.write_text("4")
    try:
        child = spawn(START + HUGETLB)
        child.freeze()
        for tier in ("frames", "entries"):
            pages = read_pages(child.pid, tier=tier)
            sums = sums_at(pages, address_of(child))
            assert sums.figure("hugetlb") == HUGE
            assert sums.figure("present") == HUGE
            assert sums.figure("rss") == sums.figure("uss") == sums.figure("pss") == 0
            assert sums.figure("huge_mapped") == 0
            assert pages.figure("hugetlb") == HUGE
            # Without frames, only the scan knows the zero pages, which are no rest.
            known = tier == "frames" or "PAGEMAP_SCAN" in pages.sources
            assert (pages.total.figure("unmanaged") is not None) is known
    finally:
        number.write_text(before)


DIRTY = """
start, memory = anonymous(40)
touch(memory, range(40))
print(start, flush=True)
for line in sys.stdin:
    touch(memory, range(7), 9)
    print("written", flush=True)
"""


def test_soft_dirty_pages(spawn: Spawn) -> None:
    child = spawn(START + DIRTY, wait="")
    Path(f"/proc/{child.pid}/clear_refs").write_text("4")
    clean = read_pages(child.pid)
    assert sums_at(clean, address_of(child)).figure("soft_dirty") == 0
    assert child.tell(b"write") == b"written"
    dirty = read_pages(child.pid)
    assert sums_at(dirty, address_of(child)).figure("soft_dirty") == 7 * PAGE
    assert sums_at(dirty, address_of(child)).figure("rss") == 40 * PAGE


LABELLED = """
import signal
def name(start, pages, label):
    size = ctypes.c_ulong(pages * PAGE)
    assert libc.prctl(0x53564D41, 0, ctypes.c_ulong(start), size, label) == 0
first, memory = anonymous(60)
touch(memory, range(60))
name(first, 60, b"cache")
second, other = anonymous(30)
touch(other, range(20))
name(second, 30, b"cache")
third, more = anonymous(10)
touch(more, range(10))
name(third, 10, b"session")
reader, writer = os.pipe()
child = os.fork()
if child == 0:
    libc.prctl(1, 9, 0, 0, 0)  # PR_SET_PDEATHSIG
    touch(memory, range(25), 3)
    os.write(writer, b"!")
    signal.pause()
os.read(reader, 1)
print(child, flush=True)
"""


def test_labels_have_their_own_share(spawn: Spawn) -> None:
    """USS and PSS of each heap, after a fork and copies: what labels were made for."""
    child = spawn(START + LABELLED)
    child.freeze()
    for pid in (child.pid, int(child.said)):
        labels = read_pages(pid).by("label")
        cache, session = labels.find(b"cache"), labels.find(b"session")
        assert cache
        assert session
        assert cache.figure("anonymous") == cache.figure("rss") == 80 * PAGE
        assert cache.figure("uss_anonymous") == 25 * PAGE
        assert cache.figure("pss_anonymous") == 25 * PAGE + 55 * PAGE // 2
        assert cache.sums.sharers == {1: 25 * PAGE, 2: 55 * PAGE}
        assert session.figure("pss_anonymous") == 5 * PAGE
        assert session.figure("uss") == 0
