"""Plain memory, and labels: their bytes, and how they split, merge and survive."""

from __future__ import annotations

from kernel.lab import ops
from kernel.lab.protocol import Counted, Strided
from kernel.lab.scenario_builder import HEAP, ScenarioBuilder
from kernel.lab.scenarios.table import ALL, MAPS, scenario

# Every byte that a label may contain: is_valid_name_char(), kernel/sys.c of 6.1 and 6.12.
LEGAL = bytes(c for c in range(0x20, 0x7F) if c not in b"\\`$[]")
ILLEGAL = bytes(c for c in range(1, 0x100) if c not in LEGAL)
LABEL_MAX = 79


@scenario(files=ALL)
def plain(s: ScenarioBuilder) -> None:
    """All permissions, private and shared, anonymous and of a file, without labels."""
    for prot in ("-", "r", "w", "x", "rw", "rx", "wx", "rwx"):
        s.anon(s.room(), 1, prot)
    s.anon(s.room(2), 2, "rw", "shared")
    with s.folder(b"/t/plain"):
        file = s.open(b"/t/plain/file", 4)
        s.map(file, s.room(2), 2, "r", "private", s.page)
        at = s.room(3)
        s.map(file, at, 3, "rw", "shared")
        s.do(ops.fill(s.at(at), s.page, 7))
        s.snapshot()


@scenario(files=MAPS)
def label_characters(s: ScenarioBuilder) -> None:
    """Each valid byte as a label, and all of them in two labels; each invalid byte, refused."""
    for byte in LEGAL:
        s.anon(s.room(), label=bytes((byte,)))
    s.anon(s.room(), label=LEGAL[:LABEL_MAX])
    s.anon(s.room(), label=LEGAL[LABEL_MAX:])
    s.anon(refused := s.room())
    for byte in ILLEGAL:
        s.label(refused, 1, b"a" + bytes((byte,)))


@scenario(files=MAPS)
def label_lengths(s: ScenarioBuilder) -> None:
    """Labels of 0, 1, 2, 78 and 79 bytes; 80 and 255 refused."""
    for length in (0, 1, 2, 78, 79, 80, 255):
        s.anon(s.room(), label=b"x" * length)


LOOKALIKES = (
    b"7f0000000000-7f0000001000 r-xp 00000000 08:01 42                     /bin/cat",
    b"00400000-00452000 r-xp 00000000 08:02 173521      /usr/bin/dbus-daemon",
    b"Size:                  4 kB",
    b"Rss: 0 kB",
    b"VmFlags: rd wr mr mw me ac",
    b"/usr/lib/libc.so.6",
    b"/memfd:x (deleted)",
    b"x (deleted)",
    b" (deleted)",
    b"(deleted)",
    b"anon:x",
    b"heap",
    b"stack",
    b" leading",
    b"trailing ",
    b"  both  ",
    b" ",
    b"   ",
    b"two  spaces",
    b"glibc: malloc",
    b"dalvik-main space (region space)",
    b"arc4random data",
    b"rw-p",
    b"0",
    b"00:00 0",
    b"a=b;c,d",
    b"a:b:c",
    b"%s%n%x",
    b"# comment",
    b'"quoted"',
    b"it's",
    b"<b>&amp;",
    b"{json: 1}",
    b"-",
    b"--help",
    b"../..",
    b"socket:(1)",
    b"|pipe|",
    b"~tilde^",
    b"NULL",
    b"None",
)


@scenario()
def label_lookalikes(s: ScenarioBuilder) -> None:
    """Labels that look like headers, fields, paths, pseudo-names, options or markup."""
    for label in LOOKALIKES:
        s.anon(s.room(), label=label)


@scenario(files=ALL)
def label_heap_and_stack(s: ScenarioBuilder) -> None:
    """Labels on heap and stack, which still print ``[heap]`` and ``[stack]``."""
    start = s.do(ops.brk(0))
    s.do(ops.brk(HEAP + 4 * 0x10000))
    s.do(ops.name(start, 4 * 0x10000, b"on the heap"))
    s.do(ops.name(s.guest.stack, s.page, b"on the stack"))
    s.do(ops.fill(start, s.page, 1))


@scenario(files=MAPS)
def label_part_of_heap(s: ScenarioBuilder) -> None:
    """A label on the middle of the heap: three lines, each ``[heap]``."""
    s.do(ops.brk(0))
    s.do(ops.brk(HEAP + 6 * 0x10000))
    s.do(ops.name(HEAP + 2 * 0x10000, 0x10000, b"middle"))


@scenario(files=MAPS)
def label_part_of_stack(s: ScenarioBuilder) -> None:
    """A label on the stack below its start: that part shows it, the rest ``[stack]``."""
    s.do(ops.name(s.guest.stack - s.page, s.page, b"below the start"))


@scenario(files=ALL)
def label_shared(s: ScenarioBuilder) -> None:
    """Labels on shared memory of every kind, each a mapping of two pages, the first labelled."""
    s.anon(at := s.room(2), 2, flags="shared")
    s.label(at, 1, b"shared anonymous")
    memfd = s.memfd(b"memory", 2)
    s.map(memfd, at := s.room(2), 2)
    s.label(at, 1, b"shared memfd")
    s.map(memfd, at := s.room(2), 2, "rw", "private")
    s.label(at, 1, b"private memfd")
    with s.folder(b"/t/shared"):
        linked = s.open(b"/t/shared/linked", 2)
        s.map(linked, at := s.room(2), 2)
        s.label(at, 1, b"linked file")
        gone = s.open(b"/t/shared/gone", 2)
        s.unlink(gone)
        s.map(gone, at := s.room(2), 2)
        s.label(at, 1, b"unlinked file")
        later = s.open(b"/t/shared/later", 2)
        s.map(later, at := s.room(2), 2)
        s.unlink(later)
        s.label(at, 1, b"unlinked later")
        at = s.shared_room(2)
        segment = s.do(ops.shmget(0x5359, 2 * s.page))
        s.do(ops.shmat(segment, s.at(at)))
        s.label(at, 1, b"System V")
        s.snapshot()
        s.do(ops.shm_remove(segment))


@scenario(files=MAPS)
def label_splits(s: ScenarioBuilder) -> None:
    """A label on the middle of a mapping splits it in three; clearing it merges them again."""
    at = s.room(6)
    s.anon(at, 6)
    s.snapshot("before")
    s.label(at + 2, 2, b"middle")
    s.snapshot("named")
    s.label(at + 2, 2, None)
    s.snapshot("cleared")
    s.label(at, 6, b"whole")
    s.snapshot("whole")
    s.label(at + 1, 1, b"")


@scenario(files=MAPS)
def label_merges(s: ScenarioBuilder) -> None:
    """Neighbours merge only if the texts of their labels are equal."""
    for left, right in ((b"same", b"same"), (b"one", b"two"), (b"one", None), (b"", None)):
        at = s.room(2)
        s.anon(at, 1, label=left)
        s.anon(at + 1, 1, label=right)
    at = s.room(4)
    for n in range(4):
        s.anon(at + n, 1, label=b"odd" if n % 2 else b"even")
    at = s.room(3)
    s.anon(at, 1, label=b"bridge")
    s.anon(at + 2, 1, label=b"bridge")
    s.snapshot("apart")
    s.anon(at + 1, 1, label=b"bridge")


@scenario(files=MAPS)
def label_holes_and_files(s: ScenarioBuilder) -> None:
    """ENOMEM over a hole, but all memory named; EBADF at a file, the memory before it named."""
    at = s.room(5)
    s.anon(at, 2)
    s.anon(at + 3, 2)
    s.label(at, 5, b"over a hole")
    with s.folder(b"/t/holes"):
        file = s.open(b"/t/holes/file", 1)
        at = s.room(5)
        s.anon(at, 2)
        s.map(file, at + 2, 1)
        s.anon(at + 3, 2)
        s.label(at, 5, b"up to a file")
        s.snapshot()


@scenario(files=MAPS)
def label_survives(s: ScenarioBuilder) -> None:
    """mprotect, mremap, growth and discarding keep a label; munmap in its middle splits it."""
    at = s.room(4)
    s.anon(at, 4, label=b"protected")
    s.do(ops.mprotect(s.at(at + 1), s.page, "r"))
    at, to = s.room(2), s.room(4)
    s.anon(at, 2, label=b"moved and grown")
    s.do(ops.mremap(s.at(at), 2 * s.page, 4 * s.page, "maymove fixed", s.at(to)))
    at = s.room(3)
    s.anon(at, 3, label=b"punched")
    s.do(ops.munmap(s.at(at + 1), s.page))
    at = s.room(2)
    s.anon(at, 2, label=b"discarded")
    s.do(ops.fill(s.at(at), s.page))
    s.do(ops.madvise(s.at(at), 2 * s.page, "dontneed"))
    at = s.room(2)
    s.anon(at, 2, label=b"mapped anew")
    s.anon(at, 1)


@scenario()
def fork(s: ScenarioBuilder) -> None:
    """The moment of a fork: the parent before, the child, and the parent after."""
    shared, private, absent, wiped = (s.room(2) for _ in range(4))
    s.anon(shared, 2, flags="shared", label=b"shared")
    s.anon(private, 2, label=b"private")
    s.anon(absent, 2, label=b"not inherited")
    s.anon(wiped, 2, label=b"wiped")
    for at in (shared, private, absent, wiped):
        s.do(ops.fill(s.at(at), s.page, 1))
    s.do(ops.madvise(s.at(absent), 2 * s.page, "dontfork"))
    s.do(ops.madvise(s.at(wiped), 2 * s.page, "wipeonfork"))
    s.snapshot("before")
    with s.hold():
        s.do(ops.fill(s.at(private), 1, 2))
        s.label(shared, 2, b"by the child")
    s.snapshot("child", held=True)
    s.snapshot("parent")
    s.do(ops.reap())


@scenario(files=MAPS)
def many(s: ScenarioBuilder) -> None:
    """Three hundred labelled mappings: more than one read() returns."""
    with s.repeat(300):
        s.do(ops.mmap(Strided(s.at(0), 2 * s.page), s.page, "rw", "private fixed anonymous"))
    with s.repeat(300):
        s.do(ops.name(Strided(s.at(0), 2 * s.page), s.page, Counted(b"number ........")))
