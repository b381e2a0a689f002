"""Other kinds of memory: System V, huge pages, flags, counters, the kernel's objects."""

from __future__ import annotations

import struct

from kernel.lab import ops
from kernel.lab.scenario_builder import ScenarioBuilder
from kernel.lab.scenarios.table import ALL, scenario


@scenario(files=ALL)
def sysv(s: ScenarioBuilder) -> None:
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
def huge_pages(s: ScenarioBuilder) -> None:
    """Pages of hugetlbfs, and transparent huge pages on advice, if there is enough memory."""
    size = s.guest.huge_page
    pages = s.do(ops.open_(b"/proc/sys/vm/nr_hugepages", "wronly"))
    s.do(ops.write(pages, b"4"))
    near = s.huge_room()
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


@scenario(architectures=("x86_64",), host=False)
def huge_shared(s: ScenarioBuilder) -> None:
    """Huge pages of shared memory, and of hugetlbfs in two processes at once."""
    at, size = s.huge_room(), s.guest.huge_page
    with s.folder(b"/t/huge", options=b"huge=always"):
        file = s.open(b"/t/huge/file", size // s.page)
        s.do(ops.mmap(at, size, "rw", "shared fixed", file.descriptor))
        s.do(ops.fill(at, s.page, 1))
        pages = s.do(ops.open_(b"/proc/sys/vm/nr_hugepages", "wronly"))
        s.do(ops.write(pages, b"2"))
        s.do(ops.mmap(at + 2 * size, size, "rw", "shared fixed anonymous hugetlb"))
        s.do(ops.fill(at + 2 * size, s.page, 1))
        s.snapshot("alone")
        with s.hold():
            s.do(ops.fill(at + 2 * size, s.page, 2))
        s.snapshot()
        s.do(ops.reap())
        s.do(ops.munmap(at + 2 * size, size))
        s.do(ops.write(pages, b"0"))


@scenario(architectures=("x86_64",), host=False)
def merged(s: ScenarioBuilder) -> None:
    """Pages of equal content that the kernel has merged: the KSM field, and their Pss."""
    x86_64_nanosleep = 35
    at = s.room(4)
    s.anon(at, 4, label=b"merged")
    s.do(ops.fill(s.at(at), 4 * s.page, 7))
    s.do(ops.madvise(s.at(at), 4 * s.page, "mergeable"))
    with s.folder(b"/t/sys", b"sysfs"):
        pause = s.do(ops.open_(b"/t/sys/kernel/mm/ksm/sleep_millisecs", "wronly"))
        s.do(ops.write(pause, b"10"))
        run = s.do(ops.open_(b"/t/sys/kernel/mm/ksm/run", "wronly"))
        s.do(ops.write(run, b"1"))
        # ksmd merges a page that did not change between two scans.
        s.do(ops.call("syscall", x86_64_nanosleep, struct.pack("<qq", 2, 0)))
        s.snapshot()
        s.do(ops.write(run, b"0"))


@scenario()
def flags(s: ScenarioBuilder) -> None:
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
def usage(s: ScenarioBuilder) -> None:
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
        # The process is stopped, because a running one would reference its pages at once.
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
def kernel_objects(s: ScenarioBuilder) -> None:
    """Mappings of kernel objects: secret memory, an I/O context, an io_uring, zeros."""
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
