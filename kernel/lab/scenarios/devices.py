"""Numbers beyond the usual widths, device memory, and swap."""

from __future__ import annotations

from kernel.lab import ops
from kernel.lab.disk import PARTITION_OFFSET, partitioned_disk
from kernel.lab.scenarios.table import MAPS, scenario
from kernel.lab.scene import Scene


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
