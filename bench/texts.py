r"""The inputs: synthetic dumps, and a live process with as many mappings.

There are four kinds of names. *plain*: half the mappings are unnamed, the rest are libraries, as
in most processes. *named*: a few hundred labels of `prctl(PR_SET_VMA_ANON_NAME)`. *hostile*: all
names differ, with spaces, tabs, brackets, ``\012`` and bytes that are not UTF-8. *alike*: one of
these for all mappings.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager

from procmaps.formats.smaps_fields import FIELDS

Names = Callable[[random.Random, int], bytes]

PAGE = 4096
NAME_COLUMN = 73


def plain(chance: random.Random, _: int) -> bytes:
    """Return no name, or one of two hundred libraries."""
    return b"" if chance.randrange(2) else b"/usr/lib/lib%d.so.6" % chance.randrange(200)


def named(chance: random.Random, _: int) -> bytes:
    """Return one of three hundred labels."""
    return b"[anon:arena %d of the allocator]" % chance.randrange(300)


def hostile(chance: random.Random, number: int) -> bytes:
    """Return a unique name of bytes that a kernel allows."""
    noise = bytes(chance.choice(b" \t\r\\012[]():-\xff\xc3\x80kB") for _ in range(24))
    return b"/memfd:%d%s (deleted)" % (number, noise)


ALIKE = hostile(random.Random(0), 0)  # noqa: S311 - nothing here is a secret


def alike(_chance: random.Random, _: int) -> bytes:
    """Return one hostile name for all mappings."""
    return ALIKE


NAMES: dict[str, Names] = {"plain": plain, "named": named, "hostile": hostile, "alike": alike}

LINES = {
    field.key: field.formats[-1]
    for field in FIELDS.values()
    if field.smaps and field.producer == "Linux" and field.span.until is None
}
"""The format of each field that the newest kernel prints."""

STEADY: dict[bytes, int | bytes] = {
    b"KernelPageSize": 4,
    b"MMUPageSize": 4,
    b"THPeligible": 0,
    b"ProtectionKey": 0,
    b"VmFlags": b" rd wr mr mw me ac sd ",
}
"""Fields that hardly differ between mappings. The other numbers are random, most of them 0."""


def dump(kind: str, size: int, names: str) -> bytes:
    """Return a dump of *kind*, maps or smaps, with *size* mappings. It is always the same."""
    chance = random.Random(size)  # noqa: S311 - nothing here is a secret
    return b"".join(_entries(kind, size, NAMES[names], chance))


def _entries(kind: str, size: int, names: Names, chance: random.Random) -> Iterator[bytes]:
    start = 0x7F0000000000
    for number in range(size):
        pages = chance.choice((1, 1, 2, 16, 300))
        name = names(chance, number)
        backed = name.startswith(b"/")
        head = b"%08x-%08x %s %08x %02x:%02x %d " % (
            start,
            start + pages * PAGE,
            chance.choice((b"rw-p", b"r--p", b"r-xp", b"---p")),
            pages * PAGE if backed else 0,
            0xFD if backed else 0,
            1 if backed else 0,
            number % 200 + 1000 if backed else 0,
        )
        yield (head.ljust(NAME_COLUMN) + name if name else head) + b"\n"
        if kind == "smaps":
            for key, line in LINES.items():
                value = STEADY.get(key)
                yield line.line(chance.choice((0, 0, 0, 4, 4 * pages)) if value is None else value)
                yield b"\n"
        start += pages * PAGE * chance.choice((1, 1, 2))


_CROWD = """
import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
size = int(sys.argv[1])
start = libc.mmap(None, size * 4096, 3, 0x22, -1, 0)
for page in range(0, size, 2):
    if libc.mprotect(start + page * 4096, 4096, 1):
        sys.exit(f"mprotect: errno {ctypes.get_errno()}; raise vm.max_map_count above {size}")
print("ready", flush=True)
sys.stdin.read()
"""


_HERD = """
import decimal, hashlib, json, mmap, os, sqlite3, ssl, sys
kept = [mmap.mmap(-1, 1 << 16) for _ in range(20)]
for number in range(int(sys.argv[1])):
    pid = os.fork()
    if pid:
        print(pid, end=" ")
        continue
    for pages in range(1, number % 40 + 1):
        kept.append(mmap.mmap(-1, pages * mmap.PAGESIZE))
        kept[-1][0] = 1
    print("ready", file=sys.stderr, flush=True)
    sys.stdin.buffer.raw.read(1)
    os._exit(0)
print(flush=True)
sys.stdin.read()
"""


@contextmanager
def herd(size: int) -> Generator[list[int]]:
    """Start *size* processes of about two hundred mappings each, most of them shared with others.

    They are forked from one interpreter, as the workers of a server are. Yields their PIDs.
    """
    command = [sys.executable, "-I", "-c", _HERD, str(size)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        if not process.stdout or not process.stderr:  # for the type checker: both are pipes
            raise RuntimeError("no pipes")
        try:
            ready = [process.stderr.readline() for _ in range(size)]
            if {*ready} != {b"ready\n"}:
                raise RuntimeError(f"{size} processes did not start: {b''.join(ready)[-500:]!r}")
            yield [*map(int, process.stdout.readline().split())]
        finally:
            process.communicate()


@contextmanager
def crowd(size: int) -> Generator[int]:
    """Start a process with *size* mappings in addition to the interpreter's; yield its PID."""
    command = [sys.executable, "-I", "-c", _CROWD, str(size)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        if not process.stdout or process.stdout.readline() != b"ready\n":
            raise RuntimeError(
                f"the process with {size} mappings did not start; its error is above"
            )
        try:
            yield process.pid
        finally:
            process.communicate()
