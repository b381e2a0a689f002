"""The cost of CONFIG_ANON_VMA_NAME to programs without labels: bytes and instructions."""

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
from kernel.lab.scenario_builder import BASE

RELEASES = ("6.1", "6.12")
ARCHITECTURES = ("x86_64", "arm64")
WINDOWS = 100
ROUNDS = 20
FORKED = 1000
FORKS = 5


@frozen
class _Window:
    """The clock operations before and after some rounds of a path."""

    before: Ref
    after: Ref


# A call that does nothing. Its cost is that of the agent and of entering the kernel.
_BASELINE = "nothing"

_CALLS = {
    "mmap and munmap": 2,
    "mprotect, splitting and merging": 2,
    "first write to a page": 0,
}
"""Calls in a round of each path, for subtracting the baseline. One call writes a whole window."""


def _paths(page: int) -> tuple[Program, dict[str, list[_Window]], Ref]:
    """Return a program without labels, its clock windows by path, and its fork measurement."""
    program = Program()
    windows: dict[str, list[_Window]] = {name: [] for name in (_BASELINE, *_CALLS)}
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
        measure(_BASELINE, ops.brk(0))
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
    # The minimum: a timer tick or deferred work (RCU) makes some windows longer.
    each = {
        name: min(
            measuring.clock(outcome, window.after) - measuring.clock(outcome, window.before)
            for window in found
        )
        / ROUNDS
        for name, found in windows.items()
    }
    figures = {
        name: instructions(round(each[name] - calls * each[_BASELINE]))
        for name, calls in _CALLS.items()
    }
    pairs = list(struct.iter_unpack("<QQ", outcome.results[forks.index].bytes))
    fork, fork_exit_wait = (statistics.median_low(times) for times in zip(*pairs, strict=True))
    figures[f"fork of {FORKED} mappings"] = instructions(fork)
    figures[f"fork of {FORKED} mappings, exit, wait"] = instructions(fork_exit_wait)
    return figures


def measure_paths(image: Image) -> dict[str, int]:
    """Return the instructions of each path, without those of the baseline."""
    with vm.boot(image, icount=SHIFT) as guest:
        program, windows, forks = _paths(guest.hello.page_size)
        return _measured(guest.run([program])[0], windows, forks)


def run() -> None:
    """Measure each kernel with and without the option, and write the figures."""
    figures: dict[str, Any] = {}
    for release, architecture, flavour in product(RELEASES, ARCHITECTURES, ("named", "unnamed")):
        name = f"{release}-{architecture}-{flavour}"
        image = measuring.find_image(name)
        if image is None:
            figures[name] = measuring.previous_figures("cost", name)
            continue
        figures[name] = {
            "vmlinux": vmlinux.section_sizes(image),
            "image": image.image.stat().st_size,
            "vm_area_struct": vmlinux.struct_size(image, "vm_area_struct", "mm_types.h"),
            "paths": measure_paths(image),
        }
        print(f"cost: {name} {figures[name]}", flush=True)
    measuring.keep(
        "cost",
        {"unit": "bytes; paths in instructions, by qemu -icount", "kernels": figures},
    )
