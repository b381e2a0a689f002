"""The agent's operations, one function each.

Numbers are those of the kernel's asm-generic headers on every machine (the agent translates).
Protections and flags are words: ``"rw"``, ``"private fixed anonymous"``. Functions return an
operation. A descriptor or an address may be a ``Ref`` to an earlier operation's result.
"""

from kernel.lab.protocol import Arg, Op

PROTECTION = {"r": 1, "w": 2, "x": 4}
MAP = {
    "shared": 0x01,
    "private": 0x02,
    "droppable": 0x08,
    "fixed": 0x10,
    "anonymous": 0x20,
    "growsdown": 0x100,
    "locked": 0x2000,
    "noreserve": 0x4000,
    "populate": 0x8000,
    "stack": 0x20000,
    "hugetlb": 0x40000,
    "fixed_noreplace": 0x100000,
}
MREMAP = {"maymove": 1, "fixed": 2, "dontunmap": 4}
OPEN = {"wronly": 1, "rdwr": 2, "creat": 0x40, "excl": 0x80, "trunc": 0x200, "append": 0x400}
MADVISE = {
    "normal": 0,
    "random": 1,
    "sequential": 2,
    "willneed": 3,
    "dontneed": 4,
    "free": 8,
    "remove": 9,
    "dontfork": 10,
    "dofork": 11,
    "mergeable": 12,
    "unmergeable": 13,
    "hugepage": 14,
    "nohugepage": 15,
    "dontdump": 16,
    "dodump": 17,
    "wipeonfork": 18,
    "keeponfork": 19,
    "cold": 20,
    "pageout": 21,
    "populate_read": 22,
    "populate_write": 23,
    "collapse": 25,
    "guard_install": 102,
    "guard_remove": 103,
}
MFD = {"cloexec": 1, "allow_sealing": 2, "hugetlb": 4, "noexec_seal": 8, "exec": 16}
PR_SET_VMA = 0x53564D41
PR_SET_VMA_ANON_NAME = 0
AT_FDCWD = -100

# The agent's table of single system calls, in its order (agent/run.c: calls[]).
CALLS = (
    *("munmap", "mprotect", "mremap", "madvise", "brk", "prctl", "mlock2", "munlock"),
    *("memfd_create", "close", "unlinkat", "mkdirat", "linkat", "symlinkat", "mount", "umount2"),
    *("shmget", "shmat", "shmdt", "shmctl", "pkey_alloc", "pkey_mprotect", "msync"),
    *("remap_file_pages", "mbind", "set_mempolicy", "chdir", "mknodat", "write", "personality"),
    *("unshare", "mlockall", "munlockall", "memfd_secret", "mseal", "map_shadow_stack"),
)
# agent/run.c: OP_MMAP and the codes after it.
SPECIALS = (
    *("mmap", "open", "ftruncate", "read_file", "statx", "fill", "peek", "query", "uffd_open"),
    *("uffd_register", "io_setup", "io_uring_setup", "clock", "fork_bench", "syscall"),
    "uffd_unregister",
)
# agent/run.c: OP_FORK and the codes after it.
PROCESSES = (
    *("fork", "hold", "spawn", "read_held", "reap", "repeat", "write_held", "run", "background"),
)

CODES = {
    **{name: code for code, name in enumerate(CALLS, 1)},
    **{name: code for code, name in enumerate(SPECIALS, 100)},
    **{name: code for code, name in enumerate(PROCESSES, 120)},
}


def bits(words: str, table: dict[str, int]) -> int:
    """Return the union of the named bits. Raises ``KeyError`` for an unknown word."""
    value = 0
    for word in words.split(" ") if words else ():
        value |= table[word]
    return value


def protection(letters: str) -> int:
    """Return the number of ``"rw"``, which is 3; ``"-"`` means none."""
    return sum(PROTECTION[letter] for letter in letters if letter != "-")


def call(name: str, *args: Arg) -> Op:
    """Return an operation by its name, with the arguments of the system call."""
    return Op(CODES[name], name, args)


def mmap(address: Arg, length: Arg, prot: str, flags: str, fd: Arg = -1, offset: Arg = 0) -> Op:
    """Map memory. The kernel chooses the address if it is 0, unless the flags contain ``fixed``."""
    return call("mmap", address, length, protection(prot), bits(flags, MAP), fd, offset)


def munmap(address: Arg, length: Arg) -> Op:
    """Unmap a range."""
    return call("munmap", address, length)


def mprotect(address: Arg, length: Arg, prot: str) -> Op:
    """Change the permissions of a range."""
    return call("mprotect", address, length, protection(prot))


def mremap(address: Arg, length: Arg, new_length: Arg, flags: str = "", to: Arg = 0) -> Op:
    """Move or resize a mapping."""
    return call("mremap", address, length, new_length, bits(flags, MREMAP), to)


def madvise(address: Arg, length: Arg, advice: str) -> Op:
    """Give advice; *advice* is a word of `MADVISE`."""
    return call("madvise", address, length, MADVISE[advice])


def brk(address: Arg) -> Op:
    """Set the program break, or query it with 0. The result is the valid break, not an errno."""
    return call("brk", address)


def name(address: Arg, length: Arg, label: Arg | None) -> Op:
    """Label a range: ``prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME)``; ``None`` clears the label."""
    pointer: Arg = 0 if label is None else label
    return call("prctl", PR_SET_VMA, PR_SET_VMA_ANON_NAME, address, length, pointer)


def mlock(address: Arg, length: Arg, *, onfault: bool = False) -> Op:
    """Lock a range in memory, at once or when it is touched."""
    return call("mlock2", address, length, int(onfault))


def memfd_create(label: bytes, flags: str = "") -> Op:
    """Create a memfd; the result is its descriptor."""
    return call("memfd_create", label, bits(flags, MFD))


def open_(path: bytes, flags: str = "", mode: int = 0o700) -> Op:
    """Open a file; the result is its descriptor."""
    return call("open", path, bits(flags, OPEN), mode)


def ftruncate(fd: Arg, length: Arg) -> Op:
    """Set the length of a file."""
    return call("ftruncate", fd, length)


def unlink(path: bytes) -> Op:
    """Remove a file."""
    return call("unlinkat", AT_FDCWD, path, 0)


def rmdir(path: bytes) -> Op:
    """Remove an empty folder."""
    return call("unlinkat", AT_FDCWD, path, 0x200)


def mkdir(path: bytes) -> Op:
    """Make a folder."""
    return call("mkdirat", AT_FDCWD, path, 0o700)


def link(old: bytes, new: bytes) -> Op:
    """Give a file a second name."""
    return call("linkat", AT_FDCWD, old, AT_FDCWD, new, 0)


def write(fd: Arg, data: bytes) -> Op:
    """Write to a descriptor."""
    return call("write", fd, data, len(data))


def mount(kind: bytes, on: bytes, options: bytes = b"") -> Op:
    """Mount a file system without a device."""
    return call("mount", kind, on, kind, 0, options)


def umount(on: bytes) -> Op:
    """Unmount lazily: after the last use."""
    return call("umount2", on, 2)  # MNT_DETACH


def shmget(key: int, size: int, flags: int = 0o1600) -> Op:
    """Create a System V segment; the result is its identifier."""
    return call("shmget", key, size, flags)


def shmat(identifier: Arg, address: Arg, *, read_only: bool = False) -> Op:
    """Attach a System V segment."""
    return call("shmat", identifier, address, 0o10000 if read_only else 0)


def shm_remove(identifier: Arg) -> Op:
    """Remove a System V segment after its last use."""
    return call("shmctl", identifier, 0, 0)  # IPC_RMID


def read_file(path: bytes, chunk: int = 0) -> Op:
    """Read a file: one piece of data for each ``read()`` of *chunk* bytes (0: 32768)."""
    return call("read_file", path, chunk)


def statx(fd: Arg, path: bytes = b"") -> Op:
    """Query a file. The data has `STATX_FORMAT`: major, minor, inode, size, mode, links, block."""
    return call("statx", fd, path)


STATX_FORMAT = "<IIQQIII"


def fill(address: Arg, length: Arg, byte: int = 0) -> Op:
    """Store to memory. The result is ``EFAULT`` instead of a signal."""
    return call("fill", address, length, byte)


def peek(address: Arg, length: Arg) -> Op:
    """Read memory as the data."""
    return call("peek", address, length)


def query(fd: Arg, address: Arg, flags: int = 0, name_size: int = 0, build_id_size: int = 0) -> Op:
    """PROCMAP_QUERY. The data has three pieces: `QUERY_FORMAT`, the name, the build id."""
    return call("query", fd, address, flags, name_size, build_id_size)


QUERY_FORMAT = "<QQQQQQIIII"


def spawn(path: bytes) -> Op:
    """Start a program that stops itself (SIGSTOP), for ``read_held``."""
    return call("spawn", path)


def read_held(name: bytes, chunk: int = 0) -> Op:
    """Read ``/proc/PID/NAME`` of the process that ``hold`` or ``spawn`` left stopped."""
    return call("read_held", name, chunk)


def write_held(name: bytes, data: bytes) -> Op:
    """Write to ``/proc/PID/NAME`` of the stopped process."""
    return call("write_held", name, data, len(data))


def reap() -> Op:
    """Kill the stopped process; the result is its wait status."""
    return call("reap")


def run(program: bytes, *arguments: bytes) -> Op:
    """Run a program to its end: the result is its wait status, the data its output."""
    return call("run", program, *arguments)
