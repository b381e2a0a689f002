"""What the option costs those who do not use it: bytes of kernel, of each mapping, instructions."""

from __future__ import annotations

import statistics
import struct
from itertools import product
from typing import Any

from attrs import frozen

from kernel.experiments import measuring, vmlinux
from kernel.experiments.measuring import SHIFT, instructions
from kernel.lab import ops, vm
from kernel.lab.build import Image
from kernel.lab.protocol import Op, Outcome, Program, Ref
from kernel.lab.scene import BASE

RELEASES = ("6.1", "6.12")
ARCHITECTURES = ("x86_64", "arm64")
WINDOWS = 100
ROUNDS = 20
FORKED = 1000
FORKS = 5


@frozen
class _Window:
    """The readings of the clock around some rounds of a path."""

    before: Ref
    after: Ref


# A call that does nothing: what the agent and the way into the kernel take, not to be counted.
_NOTHING = "nothing"

_CALLS = {
    "mmap and munmap": 2,
    "mprotect, splitting and merging": 2,
    "first write to a page": 0,
}
"""How many calls a round of each path makes. The pages are written in one call for a window."""


def _paths(page: int) -> tuple[Program, dict[str, list[_Window]], Ref]:
    """Each path ``ROUNDS`` times in each of its windows. No label is ever set."""
    program = Program()
    windows: dict[str, list[_Window]] = {name: [] for name in (_NOTHING, *_CALLS)}
    written = WINDOWS * ROUNDS * page
    program(ops.mmap(BASE, written, "rw", "private fixed anonymous"))

    def measure(name: str, *made: Op, times: int = ROUNDS) -> None:
        before = program(ops.call("clock"))
        with program.repeat(times):
            for op in made:
                program(op)
        windows[name].append(_Window(before, program(ops.call("clock"))))

    far = BASE + 2 * written
    for window in range(WINDOWS):
        measure(_NOTHING, ops.brk(0))
        measure(
            "mmap and munmap",
            ops.mmap(far, page, "rw", "private fixed anonymous"),
            ops.munmap(far, page),
        )
        measure(
            "mprotect, splitting and merging",
            ops.mprotect(BASE + page, page, "r"),
            ops.mprotect(BASE + page, page, "rw"),
        )
        measure(
            "first write to a page",
            ops.madvise(BASE + window * ROUNDS * page, ROUNDS * page, "populate_write"),
            times=1,
        )
    program(ops.munmap(BASE, written))
    program(ops.mmap(BASE, 2 * FORKED * page, "rw", "private fixed anonymous"))
    with program.repeat(FORKED):
        program(ops.mmap(measuring.step(page, 2), page, "r", "private fixed anonymous"))
    return program, windows, program(ops.call("fork_bench", FORKS))


def _measured(outcome: Outcome, windows: dict[str, list[_Window]], forks: Ref) -> dict[str, int]:
    # The least: windows that a timer's tick or a batch of work put off (RCU) fell into are longer.
    each = {
        name: min(
            measuring.clock(outcome, window.after) - measuring.clock(outcome, window.before)
            for window in found
        )
        / ROUNDS
        for name, found in windows.items()
    }
    figures = {
        name: instructions(round(each[name] - calls * each[_NOTHING]))
        for name, calls in _CALLS.items()
    }
    pairs = list(struct.iter_unpack("<QQ", outcome.results[forks.index].bytes))
    fork, fork_exit_wait = (statistics.median_low(times) for times in zip(*pairs, strict=True))
    figures[f"fork of {FORKED} mappings"] = instructions(fork)
    figures[f"fork of {FORKED} mappings, exit, wait"] = instructions(fork_exit_wait)
    return figures


def paths(made: Image) -> dict[str, int]:
    """Instructions for each path, beyond those of calls that do nothing."""
    with vm.boot(made, icount=SHIFT) as guest:
        program, windows, forks = _paths(guest.hello.page_size)
        return _measured(guest.run([program])[0], windows, forks)


def run() -> None:
    """Every kernel with the option and without."""
    found: dict[str, Any] = {}
    for release, architecture, flavour in product(RELEASES, ARCHITECTURES, ("named", "unnamed")):
        name = f"{release}-{architecture}-{flavour}"
        made = measuring.image(name)
        if made is None:
            found[name] = measuring.unbuilt("cost", name)
            continue
        found[name] = {
            "vmlinux": vmlinux.sizes(made),
            "image": made.image.stat().st_size,
            "vm_area_struct": vmlinux.vma_bytes(made),
            "paths": paths(made),
        }
        print(f"cost: {name} {found[name]}", flush=True)
    measuring.keep(
        "cost",
        {"unit": "bytes; paths in instructions, by qemu -icount", "kernels": found},
    )
