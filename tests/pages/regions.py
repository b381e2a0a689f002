"""A process that touches pages and says which: the truth for the tests of pages.

It is a program for `tests.live.conftest.spawn`. It prints JSON: its child's ID, and for each region
the address and, in pages, what it did. The child was forked when all regions had been touched, and
then wrote to some of them.
"""

from __future__ import annotations

import json

import attrs

from tests.live.children import Child

HUGE = 2 << 20
"""Bytes of a huge page of x86-64. The regions of huge pages are multiples of it on any machine.

With pages of 64 KiB they have a few dozen pages, and none of them is huge.
"""

PROGRAM = """
import json, signal, tempfile
libc.mmap.restype = ctypes.c_void_p
PRIVATE = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
NORESERVE, HUGEPAGE, NOHUGEPAGE, FREE, GUARD = 0x4000, 14, 15, 8, 102
HUGE = 2 << 20
regions, kept = {}, []
def add(name, memory, **facts):
    kept.append(memory)
    start = address(memory) if isinstance(memory, mmap.mmap) else ctypes.addressof(memory)
    regions[name] = {"start": start, "size": len(memory), **facts}
    return memory
def touch(memory, first, count):
    for page in range(first, first + count):
        memory[page * PAGE] = 1
def anonymous(size, advice=NOHUGEPAGE, flags=0):
    "Writable memory at a multiple of a huge page, with inaccessible memory on both sides."
    whole = libc.mmap(None, ctypes.c_size_t(size + 2 * HUGE), 0, PRIVATE | NORESERVE, -1, 0)
    start = whole + PAGE + HUGE - (whole + PAGE) % HUGE
    protect(start, size, 3)
    libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(size), advice)
    return (ctypes.c_ubyte * size).from_address(start)
def where(memory):
    return ctypes.c_void_p(ctypes.addressof(memory))

written = add("written", anonymous(512 * PAGE), touched=300, copied_by_child=100)
touch(written, 0, 300)
zero = add("zero", anonymous(64 * PAGE), zero=64)
[zero[page * PAGE] for page in range(64)]
pages = 2 * HUGE // PAGE
huge = add("huge", anonymous(2 * HUGE, HUGEPAGE), touched=pages, copied_by_child=10)
touch(huge, 0, pages)
empty = add("huge zero", anonymous(HUGE, HUGEPAGE), zero=HUGE // PAGE)
[empty[page * PAGE] for page in range(HUGE // PAGE)]
fd = os.memfd_create("twice")
os.ftruncate(fd, 8 * PAGE)
first = add("first of two", mmap.mmap(fd, 8 * PAGE), shmem=8, twice=True)
second = add("second of two", mmap.mmap(fd, 8 * PAGE), shmem=8, twice=True)
touch(first, 0, 8)
touch(second, 0, 8)
shared = add("shared", mmap.mmap(-1, 40 * PAGE, mmap.MAP_SHARED | mmap.MAP_ANONYMOUS), shmem=40)
touch(shared, 0, 40)
file = tempfile.NamedTemporaryFile()
file.write(b"f" * (64 * PAGE))
file.flush()
copied = mmap.mmap(file.fileno(), 64 * PAGE, mmap.MAP_PRIVATE)
add("copied", copied, touched=32, of_file=32)
[copied[page * PAGE] for page in range(64)]
touch(copied, 0, 32)
free = add("free", anonymous(50 * PAGE), touched=50)
touch(free, 0, 50)
libc.madvise(where(free), ctypes.c_size_t(50 * PAGE), FREE)
locked = add("locked", anonymous(8 * PAGE), touched=8)
touch(locked, 0, 8)
assert libc.mlock(where(locked), ctypes.c_size_t(8 * PAGE)) == 0
guard = anonymous(32 * PAGE)
touch(guard, 0, 4)
part = ctypes.c_void_p(ctypes.addressof(guard) + 8 * PAGE)
there = libc.madvise(part, ctypes.c_size_t(16 * PAGE), GUARD)
add("guard", guard, touched=4, guard=0 if there else 16)
reserve = add("reserve", anonymous(1 << 30), touched=3)
for place in (0, 70000 * 4096, 200000 * 4096):
    reserve[place] = 1

reader, writer = os.pipe()
child = os.fork()
if child == 0:
    libc.prctl(1, 9, 0, 0, 0)  # PR_SET_PDEATHSIG: the child ends with its parent
    libc.prctl(41, 1, 0, 0, 0)  # PR_SET_THP_DISABLE: khugepaged would copy more
    for page in range(100):
        written[page * PAGE] = 2
    for page in range(10):
        huge[page * PAGE] = 2
    os.write(writer, b"!")
    signal.pause()
os.read(reader, 1)
print(json.dumps({"child": child, "regions": regions}), flush=True)
"""


@attrs.frozen
class Region:
    """What a process did with one region. All but the address and the size is in pages.

    touched           Anonymous pages that it wrote, and which the child got by the fork.
    copied_by_child   Of these, pages that the child wrote afterwards.
    zero              Pages that it only read.
    shmem, of_file    Pages of shared memory, or of a file of any file system.
    twice             Whether another region maps the same pages.
    guard             Guard pages.
    """

    start: int
    size: int
    touched: int = 0
    copied_by_child: int = 0
    zero: int = 0
    shmem: int = 0
    of_file: int = 0
    twice: bool = False
    guard: int = 0

    @property
    def resident(self) -> int:
        """The pages that count as resident."""
        return self.touched + self.shmem + self.of_file

    @property
    def shared(self) -> int:
        """The pages that have two mappings: the child got all but shared memory."""
        with_child = self.touched - self.copied_by_child
        return with_child + self.of_file + (self.shmem if self.twice else 0)


@attrs.frozen
class Truth:
    """A process and its child, and what they did."""

    pid: int
    child: int
    regions: dict[str, Region]


def truth_of(child: Child) -> Truth:
    """Return what a child that runs `PROGRAM` has printed."""
    said = json.loads(child.said)
    regions = {name: Region(**facts) for name, facts in said["regions"].items()}
    return Truth(child.pid, said["child"], regions)
