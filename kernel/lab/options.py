"""Configuration lines of all kernels, and groups of lines of some kernels.

A kernel starts from ``allnoconfig``. Options are off unless this module, the architecture or the
flavour sets them, so a build takes about two minutes on two cores.
"""

from kernel.lab.kconfig import Option

COMMON = (
    Option("EXPERT", "makes the options below visible at all"),
    Option("CC_OPTIMIZE_FOR_SIZE", "less code is sooner compiled"),
    Option("PRINTK", "a panic must be readable"),
    Option("BUG", "BUG() must panic, not be compiled away"),
    Option("TTY", "the console, for panics and for `shell`"),
    Option("BLK_DEV_INITRD", "the agent arrives as an initramfs"),
    Option("BINFMT_ELF", "the agent, and the one-page program, are ELF"),
    Option("BINFMT_SCRIPT", "`shell` starts from a script"),
    Option("PROC_FS", "the subject"),
    Option("PROC_SYSCTL", "/proc/sys/vm/max_map_count, nr_hugepages, randomize_va_space"),
    Option("PROC_PAGE_MONITOR", "smaps and smaps_rollup, clear_refs, pagemap"),
    Option("ADVISE_SYSCALLS", "madvise, which also carries ANON_VMA_NAME"),
    Option("SHMEM", "shared anonymous memory as file mappings of /dev/zero (deleted)"),
    Option("TMPFS", "file mappings with names of our choice, and memfd"),
    Option("SYSVIPC", "/SYSV%08x (deleted)"),
    Option("FUTEX", "what any libc in `shell` needs"),
    Option("POSIX_TIMERS", "clock_gettime beyond seconds"),
    Option("HIGH_RES_TIMERS", "a clock that -icount makes exact"),
    Option("KSM", "the mg flag and the KSM field"),
    Option("USERFAULTFD", "the um, uw and ui flags"),
    Option("AIO", "/[aio] (deleted)"),
    Option("EPOLL", "anon_inode users; also what io_uring builds on"),
    Option("EVENTFD", "io_uring selects on it"),
    Option("IO_URING", "anon_inode:[io_uring]"),
    Option("DEVMEM", "mappings of a device, with offsets that are physical addresses"),
    Option("COMPACTION", "huge pages must be found after a while, too"),
)

CHECKPOINT = (
    Option("CHECKPOINT_RESTORE", "MEM_SOFT_DIRTY depends on it"),
    Option("MEM_SOFT_DIRTY", "the sd flag"),
)

HUGETLB = (Option("HUGETLBFS", "/anon_hugepage (deleted), the ht flag, Private_Hugetlb"),)

THP = (
    Option("TRANSPARENT_HUGEPAGE", "AnonHugePages, THPeligible, the hg and nh flags"),
    Option("TRANSPARENT_HUGEPAGE_MADVISE", "only where a scenario asks"),
)

HUGE_FILES = (
    Option("SYSFS", "KSM is started there; setting it up is what allows huge pages in 6.12"),
    Option("READ_ONLY_THP_FOR_FS", "the FilePmdMapped field"),
)

NUMA = (
    Option("SMP", "NUMA depends on it"),
    Option("NUMA", "numa_maps"),
)

BLOCK_DEVICES = (
    Option("BLOCK", "files on a device, and swap"),
    Option("BLK_DEV", "shows the next line"),
    Option("BLK_DEV_RAM", "a disk that needs no emulated hardware"),
    Option("PARTITION_ADVANCED", "shows the next line"),
    Option("MSDOS_PARTITION", "a partition beyond the disk's minors is device 103:00000"),
    Option("MISC_FILESYSTEMS", "shows the next line"),
    Option("ROMFS_FS", "a file system whose image takes a few lines to write"),
    Option("SWAP", "the Swap and SwapPss fields"),
)

FUSE = (Option("FUSE_FS", "a file system that gives its files any inode number"),)

SECRETMEM = (Option("SECRETMEM", "/secretmem (deleted)"),)

VIRTIO_MMIO = (
    Option("VIRTIO_MENU", "shows the next lines"),
    Option("VIRTIO_MMIO", "the transport of machines without PCI"),
    Option("VIRTIO_CONSOLE", "the port that carries programs and results"),
)

VIRTIO_PCI = (
    Option("PCI", "the transport of this machine"),
    Option("VIRTIO_MENU", "shows the next lines"),
    Option("VIRTIO_PCI", "virtio over PCI"),
    Option("VIRTIO_CONSOLE", "the port that carries programs and results"),
)

SERIAL_8250 = (
    Option("SERIAL_8250", "the machine's serial port"),
    Option("SERIAL_8250_CONSOLE", "kernel messages go to it"),
)

SERIAL_PL011 = (
    Option("SERIAL_AMBA_PL011", "the machine's serial port"),
    Option("SERIAL_AMBA_PL011_CONSOLE", "kernel messages go to it"),
)

NEED_MMU = frozenset(
    (
        "AIO",
        "BINFMT_ELF",
        "COMPACTION",
        "DEVMEM",
        "HUGETLBFS",
        "KSM",
        "PROC_PAGE_MONITOR",
        "SECRETMEM",
        "SHMEM",
        "TMPFS",
        "TRANSPARENT_HUGEPAGE",
        "TRANSPARENT_HUGEPAGE_MADVISE",
        "USERFAULTFD",
    )
)
"""Options that do not exist, or have no effect, without a memory management unit."""

# The flavour `programs`: servers, browsers and an init of a distribution start on it.
PROGRAMS = (
    Option("MULTIUSER", "servers that refuse to run as root"),
    Option("SIGNALFD", "event loops, systemd"),
    Option("TIMERFD", "event loops, systemd"),
    Option("INOTIFY_USER", "systemd"),
    Option("FHANDLE", "systemd"),
    Option("FILE_LOCKING", "databases lock their files"),
    Option("MEMBARRIER", "garbage collectors"),
    Option("RSEQ", "allocators with a cache for each processor: TCMalloc"),
    Option("CROSS_MEMORY_ATTACH", "process_vm_readv"),
    Option("POSIX_MQUEUE", "systemd"),
    Option("CGROUPS", "systemd; heap limits of runtimes"),
    Option("NAMESPACES", "sandboxes of browsers"),
    Option("USER_NS", "sandboxes of browsers"),
    Option("PID_NS", "sandboxes of browsers"),
    Option("SECCOMP", "sandboxes of browsers"),
    Option("NET", "sockets"),
    Option("UNIX", "sockets of one machine"),
    Option("INET", "servers that listen on 127.0.0.1"),
    Option("UNIX98_PTYS", "terminals"),
    Option("DEVTMPFS", "/dev, for a distribution's programs"),
    Option("TMPFS_XATTR", "systemd"),
    Option("VIRTIO_BLK", "the disk with the programs"),
    Option("SQUASHFS", "the file system with the programs"),
    Option("SQUASHFS_ZLIB", "its image names a compressor, even where nothing is compressed"),
    Option("OVERLAY_FS", "lets programs write, in memory"),
)
