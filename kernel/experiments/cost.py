"""What the option costs those who do not use it: bytes of kernel, of each mapping, instructions."""

from __future__ import annotations

import re
import statistics
import struct
from typing import Any

from attrs import frozen

from kernel.experiments import measuring
from kernel.experiments.measuring import SHIFT, instructions
from kernel.lab import ops, tools, vm
from kernel.lab.build import Image
from kernel.lab.protocol import Op, Outcome, Program, Ref
from kernel.lab.scene import BASE

RELEASES = ("6.1", "6.12")
WINDOWS = 100
ROUNDS = 20
FORKED = 1000
FORKS = 5


# What nm calls a symbol's section, and what that is.
_SECTIONS = {"t": "code", "w": "code", "r": "constants", "d": "data", "b": "data"}


def sizes(made: Image) -> dict[str, int]:
    """Bytes of all functions, constants and variables of vmlinux, as their symbols say.

    The sections themselves are padded to whole pages, and hide what is small.
    """
    text = tools.run(made.kernel.name, ("nm", "-S", "--defined-only", str(made.vmlinux)))
    found = dict.fromkeys(dict.fromkeys(_SECTIONS.values()), 0)
    # Two names for one place count once.
    places = {
        (address, size, kind.lower())
        for address, size, kind in re.findall(r"^(\w+) (\w+) (\w) ", text, re.MULTILINE)
    }
    for _, size, kind in places:
        if kind in _SECTIONS:
            found[_SECTIONS[kind]] += int(size, 16)
    return found


def vma_bytes(made: Image) -> int:
    """``sizeof(struct vm_area_struct)`` on x86_64, out of the code that makes its cache.

    There is no debug information to ask. ``kmem_cache_create`` gets the name's address in ``rdi``
    and the size in ``esi``; ``RuntimeError`` where that is not found exactly once.
    """
    vmlinux = made.vmlinux.read_bytes()
    name = address_of(vmlinux, b"\0vm_area_struct\0") + 1
    code = tools.run(
        made.kernel.name,
        ("objdump", "-d", "--no-show-raw-insn", f"--section={_INIT}", str(made.vmlinux)),
    )
    loads = [at.start() for at in re.finditer(rf"\$0x{name:x},%rdi", code)]
    found: set[int] = set()
    for at in loads:
        # the arguments stand between the calls before and behind
        start = code.rfind("call ", 0, at)
        arguments = code[start : code.find("call ", at)]
        found |= {int(size, 16) for size in re.findall(r"\$0x([0-9a-f]+),%esi", arguments)}
    if len(found) != 1:
        raise RuntimeError(
            f"{made.kernel.name}: the size of vm_area_struct is not to be seen: {len(loads)} "
            f"loads of its name, sizes {sorted(found)}"
        )
    return found.pop()


_INIT = ".init.text"


def address_of(vmlinux: bytes, text: bytes) -> int:
    """The address of bytes that stand once in the loaded part of a 64-bit little-endian ELF."""
    (table,) = struct.unpack_from("<Q", vmlinux, 0x20)
    size, count = struct.unpack_from("<HH", vmlinux, 0x36)
    found: list[int] = []
    for index in range(count):
        kind, _, offset, address, _, length = struct.unpack_from(
            "<IIQQQQ", vmlinux, table + index * size
        )
        at = vmlinux.find(text, offset, offset + length)
        while kind == 1 and at >= 0:  # PT_LOAD
            found.append(address + at - offset)
            at = vmlinux.find(text, at + 1, offset + length)
    if len(found) != 1:
        raise RuntimeError(f"{text!r} stands in {len(found)} places of the kernel, not in one")
    return found[0]


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
    """Both releases, with the option and without."""
    found: dict[str, Any] = {}
    for release in RELEASES:
        for flavour in ("named", "unnamed"):
            name = f"{release}-x86_64-{flavour}"
            made = measuring.image(name)
            if made is None:
                found[name] = measuring.unbuilt("cost", name)
                continue
            found[name] = {
                "vmlinux": sizes(made),
                "image": made.image.stat().st_size,
                "vm_area_struct": vma_bytes(made),
                "paths": paths(made),
            }
            print(f"cost: {name} {found[name]}", flush=True)
    measuring.keep(
        "cost",
        {"unit": "bytes; paths in instructions, by qemu -icount", "kernels": found},
    )
