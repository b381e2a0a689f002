"""Ratios of `procmaps.pages` and the kernel's own time to print smaps, and how long a target waits.

The targets are processes that touch a known number of pages. All frames are counted, so this needs
root.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

import attrs

import procmaps
from bench.race import Contender, Ratio, race, times_of
from procmaps.pages import read_pages

GIB = 1 << 30

_START = """
import ctypes, mmap, sys, time
ctypes.CDLL(None).prctl(41, 1, 0, 0, 0)  # PR_SET_THP_DISABLE: pages of 4 KiB
flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000  # MAP_NORESERVE
size, step = int(sys.argv[1]), int(sys.argv[2])
memory = mmap.mmap(-1, size, flags)
for at in range(0, size, step):
    memory[at] = 1
print("ready", flush=True)
"""

_IDLE = "sys.stdin.read()"

_WAITING = """
import os, select
poll = select.poll()
poll.register(0, select.POLLIN)
while True:
    line = sys.stdin.buffer.raw.readline()
    if not line:
        break
    worst = 0
    while not poll.poll(0):
        before = time.perf_counter_ns()
        mmap.mmap(-1, 4096).close()
        worst = max(worst, time.perf_counter_ns() - before)
    sys.stdin.buffer.raw.readline()
    print(worst, flush=True)
"""
"""Maps and unmaps a page until it is asked, and prints the longest time that one took, in ns."""


@contextmanager
def target(size: int, step: int, rest: str = _IDLE) -> Generator[subprocess.Popen[bytes]]:
    """Start a process that touches a page in every *step* of *size* bytes; give it when it has."""
    command = [sys.executable, "-I", "-S", "-c", _START + rest, str(size), str(step)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            if not process.stdout or process.stdout.readline() != b"ready\n":
                raise RuntimeError("the process did not start; its error is above")
            yield process
        finally:
            process.kill()


@attrs.frozen
class Pair:
    """Two tasks of `bench.worker`, each with its input."""

    ours: tuple[str, str]
    kernel: tuple[str, str]

    def ratio(self, rounds: int) -> Ratio:
        """Return the time of ours divided by the kernel's."""
        tasks = {"ours": self.ours, "kernel": self.kernel}
        contenders = [Contender.task(name, task) for name, (task, _) in tasks.items()]
        found = race(contenders, {name: text for name, (_, text) in tasks.items()}, rounds)
        return times_of(found["ours"]).ratio(times_of(found["kernel"]))


def ratios(rounds: int, scale: int = 1) -> dict[str, Ratio]:
    """Return the ratios by key of a goal; *scale* divides the sizes of the targets."""
    found: dict[str, Ratio] = {}
    page = os.sysconf("SC_PAGE_SIZE")
    for key, size, step in (
        ("pages-own", GIB // scale, page),
        ("pages-reserve", 256 * GIB, 16 * GIB),
    ):
        with target(size, step) as process:
            pair = Pair(("pages", str(process.pid)), ("kernel", f"/proc/{process.pid}/smaps"))
            found[key] = pair.ratio(rounds)
    everybody = Pair(("machine", "/proc"), ("kernel_of_machine", "/proc"))
    found["pages-machine"] = everybody.ratio(rounds)
    found["pages-stall"] = stall(rounds, 2 * GIB // scale)
    return found


def stall(rounds: int, size: int) -> Ratio:
    """Return how long a target waits at worst for `read_pages`, divided by that for one smaps."""
    with target(size, os.sysconf("SC_PAGE_SIZE"), _WAITING) as process:
        return Ratio.of(
            [
                _worst(process, lambda: len(read_pages(process.pid, retries=0)))
                / _worst(process, lambda: len(procmaps.smaps(process.pid, retries=0)))
                for _ in range(rounds)
            ]
        )


def _worst(process: subprocess.Popen[bytes], read: Callable[[], int]) -> int:
    """Return the longest time, in ns, that a mapping took in the target during *read*."""
    if not process.stdin or not process.stdout:
        raise RuntimeError("the target has no pipes")
    for line, call in ((b"start\n", read), (b"stop\n", None)):
        process.stdin.write(line)
        process.stdin.flush()
        if call is not None:
            call()
    return int(process.stdout.readline())
