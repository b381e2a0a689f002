"""Child processes as the tests of live reading use them; `conftest` starts them."""

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
def protect(place, length, access):
    assert libc.mprotect(ctypes.c_void_p(place), ctypes.c_size_t(length), access) == 0
def alternating(pages):
    "Readable and writable pages by turns: as many mappings."
    memory = mmap.mmap(-1, pages * PAGE)
    for page in range(0, pages, 2):
        protect(address(memory) + page * PAGE, PAGE, mmap.PROT_READ)
    return memory
"""


@attrs.frozen(eq=False)
class Child:
    """A child process that says one line once it is ready, then does what each line tells it."""

    process: subprocess.Popen[bytes]
    said: bytes
    """Its first line."""

    @property
    def pid(self) -> int:
        """Its number."""
        return self.process.pid

    def tell(self, line: bytes) -> bytes:
        """Send a line, wait for the answer."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().rstrip(b"\n")

    def freeze(self) -> None:
        """Stop it, so that nothing about it changes."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WNOWAIT)

    def kill(self, *, collect: bool) -> None:
        """End it; without *collect* it stays a zombie."""
        self.process.kill()
        os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        if collect:
            self.process.wait()


class Spawn(Protocol):
    """Start a Python child that runs *code*, which must print one line, then *wait*."""

    def __call__(self, code: str, *arguments: bytes | str, wait: str = "sys.stdin.read()") -> Child:
        """The child, once it has said its line."""
        ...


class AsNobody(Protocol):
    """Call a function without any privilege."""

    def __call__(self, function: Callable[[], T]) -> T:
        """What the function returns."""
        ...
