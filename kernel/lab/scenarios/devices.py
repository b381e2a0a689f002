"""Numbers beyond the usual widths, device memory, and swap."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from kernel.lab import ops
from kernel.lab.disk import PARTITION_OFFSET, SECTOR, partitioned_disk, romfs
from kernel.lab.scenario_builder import ScenarioBuilder
from kernel.lab.scenarios.table import ALL, MAPS, scenario


@scenario(files=MAPS)
def offsets(s: ScenarioBuilder) -> None:
    """Offsets of more than eight digits, and the largest that the file system supports."""
    with s.folder(b"/t/offsets"):
        file = s.open(b"/t/offsets/file", 1)
        for bits in (31, 32, 33, 40, 43, 47, 55, 62):
            s.map(file, s.room(), offset=1 << bits)
        s.map(file, s.room(), offset=(1 << 63) - 0x20000)
        s.snapshot()


@scenario(files=MAPS, host=False)
def device_memory(s: ScenarioBuilder) -> None:
    """Memory of a device, at an offset that is a physical address."""
    memory = s.device(b"/dev/mem")
    s.map(memory, s.room(), 1, "r", "shared", 0xC0000)
    s.map(memory, s.room(), 1, "r", "shared", 0xFFFF0000)


@scenario(architectures=("x86_64",), host=False)
def device_flags(s: ScenarioBuilder) -> None:
    """The VmFlags of device memory whose caching x86 tracks."""
    s.map(s.device(b"/dev/mem"), s.room(), 1, "r", "shared", 0xC0000)


@scenario(files=MAPS, host=False)
def device_minors(s: ScenarioBuilder) -> None:
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
RAM_DISK_0, RAM_DISK_1, RAM_DISK_2, FIRST_EXTENDED = 1 << 8, 1 << 8 | 1, 1 << 8 | 2, 259 << 8
FUSE_DEVICE = 10 << 8 | 229


@scenario(files=MAPS, architectures=("x86_64",), host=False)
def device_majors(s: ScenarioBuilder) -> None:
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


@scenario(files=ALL, architectures=("x86_64",), host=False)
def huge_program(s: ScenarioBuilder) -> None:
    """A program's file in a huge page: FilePmdMapped; and pages of a file on a device."""
    s.do(ops.call("mknodat", ops.AT_FDCWD, b"/dev/ram2", 0o060600, RAM_DISK_2))
    disk = s.do(ops.open_(b"/dev/ram2", "rdwr"))
    size = s.guest.huge_page
    # A new disk is all zeros, as is the end of this file.
    image = romfs({b"file": b"program".ljust(size, b"\0")}).rstrip(b"\0")
    s.do(ops.write(disk, image.ljust(-(-len(image) // SECTOR) * SECTOR, b"\0")))
    s.do(ops.call("close", disk))
    s.do(ops.mkdir(b"/t/huge_program"))
    s.do(ops.call("mount", b"/dev/ram2", b"/t/huge_program", b"romfs", 1, 0))
    file = s.device(b"/t/huge_program/file", "")
    s.map(file, s.room(2), 2, "r", "private")
    at = s.huge_room()
    s.do(ops.mmap(at, size, "rx", "private fixed", file.descriptor))
    s.do(ops.madvise(at, size, "collapse"))
    s.do(ops.peek(at, 1))
    s.snapshot()
    s.do(ops.umount(b"/t/huge_program"))


# include/uapi/linux/fuse.h: the step between request numbers, and a bit of FUSE_OPEN's reply.
FUSE_REQ_ID_STEP = 2
FOPEN_NOFLUSH = 1 << 5


def _fuse_replies(inode: int) -> Iterator[bytes]:
    """Yield the replies of a file system with one file to INIT, LOOKUP and OPEN."""
    for_ever = 1 << 31
    init = struct.pack("<IIIIHHIIHHI28x", 7, 36, 0, 0, 1, 1, 4096, 1, 1, 0, 0)
    attributes = struct.pack("<QQQQQQ10I", inode, 4096, 8, *9 * (0,), 0, 0, 0, 0)
    mode_and_links = struct.pack("<II", 0o100644, 1)
    attributes = attributes[:60] + mode_and_links + attributes[68:]
    entry = struct.pack("<QQQQII", 2, 0, for_ever, for_ever, 0, 0) + attributes
    opened = struct.pack("<QII", 0, FOPEN_NOFLUSH, 0)
    for n, body in enumerate((init, entry, opened), 1):
        yield struct.pack("<IiQ", 16 + len(body), 0, n * FUSE_REQ_ID_STEP) + body


@scenario(files=MAPS, architectures=("x86_64",), host=False)
def wide_numbers(s: ScenarioBuilder) -> None:
    """An inode of 64 bits; with a high offset and address the line reaches past the name column."""
    x86_64_read = 0
    s.do(ops.call("mknodat", ops.AT_FDCWD, b"/dev/fuse", 0o020600, FUSE_DEVICE))
    fuse = s.do(ops.open_(b"/dev/fuse", "rdwr"))
    s.do(ops.mkdir(b"/t/fuse"))
    # A program's first descriptor is 0.
    options = b"fd=0,rootmode=40000,user_id=0,group_id=0"
    s.do(ops.mount(b"fuse", b"/t/fuse", options))
    with s.background():
        request = s.do(ops.mmap(0, 0x4000, "rw", "private anonymous"))
        for reply in _fuse_replies((1 << 64) - 1):
            s.do(ops.call("syscall", x86_64_read, fuse, request, 0x4000))
            s.do(ops.write(fuse, reply))
    file = s.device(b"/t/fuse/file", "")
    s.map(file, s.room(), 1, "r")
    last = (1 << 63) - 0x20000
    s.do(ops.mmap(0x7F0000000000, s.page, "r", "shared fixed", file.descriptor, last))
    s.snapshot()
    s.do(ops.umount(b"/t/fuse"))


@scenario(files=("smaps", "smaps_rollup"), architectures=("x86_64",), host=False)
def swapped(s: ScenarioBuilder) -> None:
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
