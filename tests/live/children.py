"""Child processes for the tests of live reading; `conftest` starts them."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from typing import Protocol, TypeVar

import attrs

T = TypeVar("T")

PRELUDE = """
import ctypes, mmap, os, sys
libc = ctypes.CDLL(None, use_errno=True)
PAGE = mmap.PAGESIZE
def address(memory):
    return ctypes.addressof(ctypes.c_char.from_buffer(memory))
def protect(start, length, access):
    assert libc.mprotect(ctypes.c_void_p(start), ctypes.c_size_t(length), access) == 0
def alternating(pages):
    "Pages that are read-only and writable by turns: one mapping for each."
    memory = mmap.mmap(-1, pages * PAGE)
    for page in range(0, pages, 2):
        protect(address(memory) + page * PAGE, PAGE, mmap.PROT_READ)
    return memory
"""

READY = "print('ready', flush=True)"

HOSTILE = (
    "import itertools\n"
    "names = [b'a\\nb', rb'a\\012b', b'x (deleted)', b'[heap]', b'\\xff\\xfe', b' ', b'a]\\r\\t']\n"
    "kept = []\n"
    "for name in names:\n"
    "    fd = os.memfd_create(name); os.truncate(fd, PAGE)\n"
    "    kept.append(mmap.mmap(fd, PAGE, mmap.MAP_SHARED, mmap.PROT_READ))\n"
    "kept.append(mmap.mmap(-1, PAGE, mmap.MAP_SHARED))\n"
    "kept.append(mmap.mmap(-1, PAGE, mmap.MAP_PRIVATE, mmap.PROT_EXEC))\n"
    "kept.append(mmap.mmap(-1, PAGE, mmap.MAP_PRIVATE, mmap.PROT_READ))\n"
)


@attrs.frozen(eq=False)
class Child:
    """A child process that prints a line when it is ready, then obeys a command in each line."""

    process: subprocess.Popen[bytes]
    said: bytes
    """Its first line."""

    @property
    def pid(self) -> int:
        """Its process ID."""
        return self.process.pid

    def tell(self, line: bytes) -> bytes:
        """Send a line and return the line that the child prints in response."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().rstrip(b"\n")

    def freeze(self) -> None:
        """Stop it, so that its mappings stay the same. Other processes still change its PSS."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WNOWAIT)

    def kill(self, *, collect: bool) -> None:
        """Kill it; without *collect* it stays a zombie."""
        self.process.kill()
        os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        if collect:
            self.process.wait()


class Spawn(Protocol):
    """Starts a Python child that runs *code*, which must print one line, and then *wait*."""

    def __call__(self, code: str, *arguments: bytes | str, wait: str = "sys.stdin.read()") -> Child:
        """Return the child after it has printed its line."""
        ...


class AsNobody(Protocol):
    """Calls a function without any privilege."""

    def __call__(self, function: Callable[[], T]) -> T:
        """Return what the function returns."""
        ...
