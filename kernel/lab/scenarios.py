"""What the laboratory makes a kernel show: one function a scenario, its docstring saying what.

Nothing here asks which release, machine or option it runs on. A scenario tries; the guest's
answers, kept with the capture, say what was possible there. The exception are scenarios that
need a number or a program of one machine: they name it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from attrs import frozen

from kernel.lab import ops, tiny_elf
from kernel.lab.disk import PARTITION_OFFSET, partitioned_disk
from kernel.lab.protocol import Counted, Step
from kernel.lab.scene import Place, Scene

# Every byte that a label may hold: is_valid_name_char(), kernel/sys.c of 6.1 and 6.12.
LEGAL = bytes(c for c in range(0x20, 0x7F) if c not in b"\\`$[]")
ILLEGAL = bytes(c for c in range(1, 0x100) if c not in LEGAL)
LABEL_MAX = 79


@frozen
class Scenario:
    """``files`` are read at each snapshot; ``architectures`` is empty for all of them.

    ``host``: it may run on a machine that is used for other things, changing nothing there.
    """

    name: str
    shows: str
    build: Callable[[Scene], None]
    files: tuple[str, ...]
    architectures: tuple[str, ...]
    host: bool

    def scene(self, place: Place) -> Scene:
        """The scenario's operations for this guest, the last snapshot included."""
        scene = Scene(place, self.files)
        self.build(scene)
        if not any(not shot.name for shot in scene.snapshots):
            scene.snapshot()
        return scene

    def suits(self, place: Place) -> bool:
        """Whether the scenario is for this machine."""
        return not self.architectures or place.architecture.name in self.architectures


SCENARIOS: dict[str, Scenario] = {}
MAPS = ("maps",)
BOTH = ("maps", "smaps")
ALL = ("maps", "smaps", "smaps_rollup", "numa_maps")


def scenario(
    *, files: tuple[str, ...] = BOTH, architectures: tuple[str, ...] = (), host: bool = True
) -> Callable[[Callable[[Scene], None]], Callable[[Scene], None]]:
    """Enter the function into the table of scenarios."""

    def enter(build: Callable[[Scene], None]) -> Callable[[Scene], None]:
        shows = " ".join((build.__doc__ or "").split())
        name = build.__name__
        SCENARIOS[name] = Scenario(name, shows, build, files, architectures, host)
        return build

    return enter


# ---- nothing special, and labels ---------------------------------------------------------------


@scenario(files=ALL)
def plain(s: Scene) -> None:
    """Every permission, private and shared, anonymous and of a file, none of it labelled."""
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
def label_characters(s: Scene) -> None:
    """Each legal byte as a label, and all of them as two; each illegal byte, refused."""
    for byte in LEGAL:
        s.anon(s.room(), label=bytes((byte,)))
    s.anon(s.room(), label=LEGAL[:LABEL_MAX])
    s.anon(s.room(), label=LEGAL[LABEL_MAX:])
    s.anon(refused := s.room())
    for byte in ILLEGAL:
        s.label(refused, 1, b"a" + bytes((byte,)))


@scenario(files=MAPS)
def label_lengths(s: Scene) -> None:
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
def label_lookalikes(s: Scene) -> None:
    """Labels that look like headers, fields, paths, pseudo-names, options or markup."""
    for label in LOOKALIKES:
        s.anon(s.room(), label=label)


@scenario(files=ALL)
def label_heap_and_stack(s: Scene) -> None:
    """Labels on heap and stack, which print ``[heap]`` and ``[stack]`` all the same."""
    # 0x10050000 is where layout.ld ends; the kernel starts the heap there without randomisation.
    start = s.do(ops.brk(0))
    s.do(ops.brk(0x10050000 + 4 * 0x10000))
    s.do(ops.name(start, 4 * 0x10000, b"on the heap"))
    s.do(ops.name(s.place.stack, s.page, b"on the stack"))
    s.do(ops.fill(start, s.page, 1))


@scenario(files=MAPS)
def label_part_of_heap(s: Scene) -> None:
    """A label on the middle of the heap: three lines, each ``[heap]``."""
    s.do(ops.brk(0))
    s.do(ops.brk(0x10050000 + 6 * 0x10000))
    s.do(ops.name(0x10050000 + 2 * 0x10000, 0x10000, b"middle"))


@scenario(files=MAPS)
def label_part_of_stack(s: Scene) -> None:
    """A label on the stack below where it started: that part shows it, the rest ``[stack]``."""
    s.do(ops.name(s.place.stack - s.page, s.page, b"below the start"))


@scenario(files=ALL)
def label_shared(s: Scene) -> None:
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
def label_splits(s: Scene) -> None:
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
def label_merges(s: Scene) -> None:
    """Neighbours merge when their labels are equal by content, and only then."""
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
def label_holes_and_files(s: Scene) -> None:
    """ENOMEM over a hole, yet all of it named; EBADF at a file, what stood before it named."""
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
def label_survives(s: Scene) -> None:
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
def fork(s: Scene) -> None:
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
def many(s: Scene) -> None:
    """Three hundred labelled mappings: more than one read() returns; pieces are in the truth."""
    with s.repeat(300):
        s.do(ops.mmap(Step(s.at(0), 2 * s.page), s.page, "rw", "private fixed anonymous"))
    with s.repeat(300):
        s.do(ops.name(Step(s.at(0), 2 * s.page), s.page, Counted(b"number ........")))


# ---- names of files ----------------------------------------------------------------------------

HOSTILE = (
    b"plain",
    b"line\nfeed",
    b"line\\012feed",
    b"\n",
    b"ends\n",
    b"x (deleted)",
    b" (deleted)",
    b"tab\there",
    b"carriage\rreturn",
    b"crlf\r\n",
    b" leading",
    b"trailing ",
    b"   ",
    b"two  spaces",
    b"back\\slash",
    b"\\134",
    b"octal\\040",
    b"[heap]",
    b"[anon:x]",
    b"[vdso] ",
    b"\xff\xfe\x80",
    b"caf\xc3\xa9",
    b"\xe2\x80\xa8",
    b"\xc2\x85",
    b"\x01\x02\x7f",
    b"\x0b\x0c\x1c\x1d\x1e",
    b"\x1b[31mred",
    b"Size:                  4 kB",
    b"7f0000000000-7f0000001000 r-xp 00000000 08:01 42",
    b"'\"$`;&|<>*?",
    b"n" * 255,
    b"\n" * 255,
)


@scenario()
def file_names(s: Scene) -> None:
    """Files with hostile names: line feeds, a literal backslash 012, spaces, bytes not UTF-8."""
    with s.folder(b"/t/names"):
        for name in HOSTILE:
            s.map(s.open(b"/t/names/" + name), s.room())
        s.snapshot()


@scenario(files=MAPS)
def file_names_unlinked(s: Scene) -> None:
    """The same names after the files were removed."""
    with s.folder(b"/t/gone"):
        for name in HOSTILE:
            file = s.open(b"/t/gone/" + name)
            s.map(file, s.room())
            s.unlink(file)
        s.snapshot()


@scenario(files=MAPS)
def file_deep(s: Scene) -> None:
    """A path of more than 4096 bytes, made by descending into folders of 255 bytes each."""
    with s.folder(b"/t/deep"):
        part = b"d" * 254
        s.do(ops.call("chdir", b"/t/deep"))
        for n in range(20):
            s.do(ops.mkdir(part + b"%c" % (65 + n)))
            s.do(ops.call("chdir", part + b"%c" % (65 + n)))
        path = b"/t/deep/" + b"/".join(part + b"%c" % (65 + n) for n in range(20)) + b"/file"
        s.map(s.open(b"file", shown=path), s.room())
        s.do(ops.call("chdir", b"/"))
        s.snapshot()


@scenario(files=MAPS)
def file_links(s: Scene) -> None:
    """One file under two names, mapped side by side; and one renamed by removing its first name."""
    with s.folder(b"/t/links"):
        at = s.room(4)
        s.map(s.open(b"/t/links/one", 4), at, 2)
        s.do(ops.link(b"/t/links/one", b"/t/links/two"))
        s.map(s.open(b"/t/links/two", 4), at + 2, 2, offset=2 * s.page)
        at = s.room(2)
        first = s.open(b"/t/links/first", 1)
        s.do(ops.link(b"/t/links/first", b"/t/links/second"))
        s.map(first, at)
        s.unlink(first)
        s.map(s.open(b"/t/links/second", 1), s.room())
        s.snapshot()


@scenario(files=MAPS)
def file_detached(s: Scene) -> None:
    """A file on a file system that is no longer mounted anywhere."""
    with s.folder(b"/t/detached"):
        s.map(s.open(b"/t/detached/file", shown=b"/file"), s.room())


MEMFD_NAMES = (
    b"",
    b"plain",
    b"line\nfeed",
    b"line\\012feed",
    b"x (deleted)",
    b"[heap]",
    b"with/slash",
    b"../../etc/passwd",
    b" spaces ",
    b"\xff\x80",
    b"tab\t",
    b"m" * 249,
    b"m" * 250,
)


@scenario(files=("maps", "numa_maps"))
def memfd_names(s: Scene) -> None:
    """Memfd with hostile names, 249 bytes long, and 250 (refused)."""
    for name in MEMFD_NAMES:
        s.map(s.memfd(name), s.room())


# ---- other kinds of memory ---------------------------------------------------------------------


@scenario(files=ALL)
def sysv(s: Scene) -> None:
    """System V segments: by key, private, attached twice, read only, marked for removal."""
    keyed = s.do(ops.shmget(0x70726F63, 3 * s.page))
    private = s.do(ops.shmget(0, s.page))
    s.do(ops.shmat(keyed, s.at(s.shared_room(3))))
    s.do(ops.shmat(keyed, s.at(s.shared_room(3)), read_only=True))
    s.do(ops.shmat(private, s.at(s.shared_room(1))))
    s.do(ops.shm_remove(keyed))
    s.snapshot()
    s.do(ops.shm_remove(private))


@scenario(files=ALL, host=False)
def huge_pages(s: Scene) -> None:
    """Pages of hugetlbfs and, on advice, transparent ones; only where memory allows them."""
    size = 2 << 20
    pages = s.do(ops.open_(b"/proc/sys/vm/nr_hugepages", "wronly"))
    s.do(ops.write(pages, b"4"))
    near = -(-s.at(s.room()) // size) * size
    s.do(ops.mmap(near, size, "rw", "private fixed anonymous hugetlb"))
    s.do(ops.fill(near, s.page, 1))
    s.do(ops.mmap(near + 2 * size, size, "rw", "shared fixed anonymous hugetlb"))
    s.do(ops.fill(near + 2 * size, s.page, 1))
    s.do(ops.name(near, size, b"label on a huge page"))
    s.do(ops.mmap(near + 4 * size, size, "rw", "private fixed anonymous"))
    s.do(ops.madvise(near + 4 * size, size, "hugepage"))
    s.do(ops.fill(near + 4 * size, s.page, 1))
    s.do(ops.mmap(near + 6 * size, size, "rw", "private fixed anonymous"))
    s.do(ops.madvise(near + 6 * size, size, "nohugepage"))
    s.do(ops.fill(near + 6 * size, s.page, 1))
    s.snapshot()
    s.do(ops.munmap(near, 3 * size))
    s.do(ops.write(pages, b"0"))


@scenario()
def flags(s: Scene) -> None:
    """A VmFlags token each: advice, locking, growth, no reserve, sealing, droppable, userfaults."""
    for advice in ("random", "sequential", "dontfork", "wipeonfork", "dontdump", "mergeable"):
        s.anon(at := s.room(), label=advice.encode())
        s.do(ops.madvise(s.at(at), s.page, advice))
    for words in ("locked", "noreserve", "growsdown", "stack", "populate"):
        s.anon(s.room(), flags=f"private {words}", label=words.encode())
    s.anon(at := s.room(), label=b"locked on fault")
    s.do(ops.mlock(s.at(at), s.page, onfault=True))
    s.anon(at := s.room(), label=b"sealed")
    s.do(ops.call("mseal", s.at(at), s.page, 0))
    s.anon(s.room(), flags="droppable", label=b"droppable")
    s.anon(at := s.room(3), 3, label=b"guarded")
    s.do(ops.madvise(s.at(at + 1), s.page, "guard_install"))
    descriptor = s.do(ops.call("uffd_open", 0))
    s.anon(at := s.room(), label=b"userfault missing")
    s.do(ops.call("uffd_register", descriptor, s.at(at), s.page, 1))
    s.anon(at := s.room(), label=b"userfault write-protect")
    s.do(ops.call("uffd_register", descriptor, s.at(at), s.page, 2))
    memfd = s.memfd(b"minor")
    s.map(memfd, at := s.room())
    s.do(ops.call("uffd_register", descriptor, s.at(at), s.page, 4))
    key = s.do(ops.call("pkey_alloc", 0, 0))
    s.anon(at := s.room(), label=b"protection key")
    s.do(ops.call("pkey_mprotect", s.at(at), s.page, 3, key))
    s.do(ops.call("map_shadow_stack", 0, s.page, 0))
    # Bits of one machine each: arm64's PROT_BTI or powerpc's PROT_SAO, arm64's PROT_MTE.
    for bit in (0x10, 0x20):
        s.anon(at := s.room(), label=b"protection bit %#x" % bit)
        s.do(ops.call("mprotect", s.at(at), s.page, 3 | bit))


@scenario(files=("smaps", "smaps_rollup"))
def usage(s: Scene) -> None:
    """The counters: clean and dirty, private and shared, copied, lazily freed, locked, cleared."""
    s.anon(s.room(4), 4)
    s.anon(at := s.room(4), 4)
    s.do(ops.fill(s.at(at), 3 * s.page, 1))
    s.anon(at := s.room(4), 4)
    s.do(ops.fill(s.at(at), 4 * s.page, 1))
    s.do(ops.madvise(s.at(at), 2 * s.page, "free"))
    with s.folder(b"/t/usage"):
        file = s.open(b"/t/usage/file", 4)
        s.map(file, at := s.room(4), 4, "r", "shared")
        s.do(ops.madvise(s.at(at), 2 * s.page, "populate_read"))
        s.map(file, at := s.room(4), 4, "rw", "private")
        s.do(ops.madvise(s.at(at), 2 * s.page, "populate_read"))
        s.do(ops.fill(s.at(at), s.page, 2))
        s.map(file, at := s.room(4), 4, "rw", "shared")
        s.do(ops.fill(s.at(at), 2 * s.page, 3))
        s.anon(at := s.room(2), 2)
        s.do(ops.mlock(s.at(at), 2 * s.page))
        s.snapshot("before")
        with s.hold():
            s.anon(at := s.room(), 1)
            s.do(ops.fill(s.at(at), s.page, 1))
        s.snapshot("forked")
        # Of a process that is stopped: one that ran would refer to its pages at once.
        s.snapshot("child", held=True)
        s.do(ops.write_held(b"clear_refs", b"1"))
        s.snapshot("child unreferenced", held=True)
        s.do(ops.write_held(b"clear_refs", b"4"))
        s.snapshot("child not soft-dirty", held=True)
        s.do(ops.reap())
        clear = s.do(ops.open_(b"/proc/self/clear_refs", "wronly"))
        s.do(ops.write(clear, b"4"))
        s.anon(at := s.room(), 1)
        s.snapshot()


@scenario()
def kernel_objects(s: Scene) -> None:
    """Mappings of the kernel's own objects: secret memory, an I/O context, an io_uring, zeros."""
    s.do(ops.call("io_setup", 8))
    ring = s.object(b"anon_inode:[io_uring]", s.do(ops.call("io_uring_setup", 1)))
    # io_uring_get_unmapped_area() refuses an address of our choice.
    s.do(ops.mmap(0, s.page, "rw", "shared", ring.descriptor))
    secret = s.object(b"/secretmem", s.do(ops.call("memfd_secret", 0)))
    s.do(ops.ftruncate(secret.descriptor, s.page))
    s.map(secret, s.room())
    zero = s.device(b"/dev/zero")
    s.map(zero, s.room(), 1, "rw", "private")
    s.map(zero, s.room(), 1, "rw", "shared")


@scenario(files=MAPS)
def offsets(s: Scene) -> None:
    """Offsets of more than eight digits, and the largest that the file system takes."""
    with s.folder(b"/t/offsets"):
        file = s.open(b"/t/offsets/file", 1)
        for bits in (31, 32, 33, 40, 43, 47, 55, 62):
            s.map(file, s.room(), offset=1 << bits)
        s.map(file, s.room(), offset=(1 << 63) - 0x20000)
        s.snapshot()


@scenario(files=MAPS, host=False)
def device_memory(s: Scene) -> None:
    """Memory of a device, at an offset that is a physical address."""
    memory = s.device(b"/dev/mem")
    s.map(memory, s.room(), 1, "r", "shared", 0xC0000)
    s.map(memory, s.room(), 1, "r", "shared", 0xFFFF0000)


@scenario(files=MAPS, host=False)
def device_minors(s: Scene) -> None:
    """Minor numbers of three digits: files on the last of three hundred file systems."""
    s.do(ops.mkdir(b"/t/minors"))
    with s.repeat(300):
        s.do(ops.mount(b"tmpfs", b"/t/minors"))
    s.map(s.open(b"/t/minors/file"), s.room())
    s.snapshot()
    s.do(ops.call("chdir", b"/"))
    with s.repeat(300):
        s.do(ops.umount(b"/t/minors"))


BLKRRPART = 0x125F
# dev_t as mknod takes it (new_encode_dev()): the minor's low byte below twelve bits of major.
RAM_DISK_0, RAM_DISK_1, FIRST_EXTENDED = 1 << 8, 1 << 8 | 1, 259 << 8


@scenario(files=MAPS, architectures=("x86_64",), host=False)
def device_majors(s: Scene) -> None:
    """A major number of three digits: a file on a partition beyond its disk's own minors."""
    x86_64_ioctl = 16
    s.do(ops.call("mknodat", ops.AT_FDCWD, b"/dev/ram0", 0o060600, RAM_DISK_0))
    disk = s.do(ops.open_(b"/dev/ram0", "rdwr"))
    image = partitioned_disk({b"file": b"on a partition\n"})
    s.do(ops.write(disk, image[:PARTITION_OFFSET]))
    s.do(ops.write(disk, image[PARTITION_OFFSET:]))
    s.do(ops.call("syscall", x86_64_ioctl, disk, BLKRRPART, 0))
    s.do(ops.call("mknodat", ops.AT_FDCWD, b"/dev/part", 0o060600, FIRST_EXTENDED))
    s.do(ops.mkdir(b"/t/disk"))
    s.do(ops.call("mount", b"/dev/part", b"/t/disk", b"romfs", 1, 0))
    s.map(s.device(b"/t/disk/file", ""), s.room(), 1, "r", "private")
    s.snapshot()
    s.do(ops.umount(b"/t/disk"))


@scenario(files=("smaps", "smaps_rollup"), architectures=("x86_64",), host=False)
def swapped(s: Scene) -> None:
    """Pages in swap: the Swap and SwapPss fields, private and shared."""
    x86_64_swapon = 167
    s.do(ops.call("mknodat", ops.AT_FDCWD, b"/dev/ram1", 0o060600, RAM_DISK_1))
    disk = s.do(ops.open_(b"/dev/ram1", "rdwr"))
    # union swap_header, include/linux/swap.h: version 1, last page 255; the magic ends page 0.
    head = bytes(1024) + (1).to_bytes(4, "little") + (255).to_bytes(4, "little")
    s.do(ops.write(disk, head.ljust(4096 - 10, b"\0") + b"SWAPSPACE2"))
    s.do(ops.call("syscall", x86_64_swapon, b"/dev/ram1", 0))
    s.anon(at := s.room(16), 16)
    s.do(ops.fill(s.at(at), 16 * s.page, 1))
    s.do(ops.madvise(s.at(at), 8 * s.page, "pageout"))
    s.anon(at := s.room(4), 4, flags="shared")
    s.do(ops.fill(s.at(at), 4 * s.page, 1))
    s.do(ops.madvise(s.at(at), 4 * s.page, "pageout"))


@scenario()
def growth(s: Scene) -> None:
    """A heap that grows, a mapping that grows down under a store, the stack likewise."""
    s.do(ops.brk(0))
    s.do(ops.brk(0x10050000 + 0x30000))
    s.do(ops.fill(0x10050000, s.page, 1))
    s.do(ops.fill(s.place.stack - 0x40000, 16, 1))


@scenario(files=("maps", "numa_maps"))
def policies(s: Scene) -> None:
    """numa_maps with memory policies, and with the names of heap and stack."""
    arch = s.place.architecture
    # MPOL_*: include/uapi/linux/mempolicy.h
    local = 4  # takes no nodes
    for mode in (1, 2, 3, local, 5, 2 | 1 << 15, 3 | 1 << 14):
        s.anon(at := s.room(), label=b"policy")
        order: Literal["big", "little"] = "big" if arch.big_endian else "little"
        mask = (0 if mode == local else 1).to_bytes(arch.bits // 8, order)
        s.do(ops.call("mbind", s.at(at), s.page, mode, mask, 1 if mode == local else arch.bits, 0))
        s.do(ops.fill(s.at(at), s.page, 1))


@scenario(files=MAPS)
def queries(s: Scene) -> None:
    """PROCMAP_QUERY beside the text: the same mappings by ioctl, names unescaped."""
    with s.folder(b"/t/queries"):
        places = [s.anon(s.room(2), 2, label=b"label"), s.anon(s.room(), 1)]
        places += [
            s.map(s.open(b"/t/queries/" + name), s.room())
            for name in (b"plain", b"line\nfeed", b"line\\012feed")
        ]
        places.append(s.map(s.memfd(b"x (deleted)"), s.room()))
        places.append(s.anon(s.room(), flags="shared", label=b"shared label"))
        maps = s.do(ops.open_(b"/proc/self/maps"))
        for address in places:
            s.do(ops.query(maps, address, 0, 4096, 0))
        s.do(ops.query(maps, s.at(0) - 1, 0x10, 4096, 0))
        s.do(ops.query(maps, s.place.stack, 0, 4096, 0))
        s.do(ops.query(maps, s.at(0) - 1, 0, 4096, 0))
        s.do(ops.query(maps, places[0], 0, 3, 0))
        s.snapshot()


@scenario(files=ALL, architectures=("x86_64",))
def one_page(s: Scene) -> None:
    """A program of one page that unmaps all else: the whole file is known beforehand."""
    path = b"/t/one_page/program"
    s.do(ops.mkdir(b"/t/one_page"))
    s.do(ops.mount(b"tmpfs", b"/t/one_page"))
    program = s.open(path, 1)
    s.do(ops.write(program.descriptor, tiny_elf.PROGRAM))
    s.do(ops.call("close", program.descriptor))
    s.do(ops.spawn(path))
    s.snapshot(held=True)
    s.do(ops.reap())
    s.do(ops.umount(b"/t/one_page"))
    s.do(ops.rmdir(b"/t/one_page"))
