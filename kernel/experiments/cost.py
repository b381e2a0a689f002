"""What the option costs those who do not use it: bytes of kernel, of each mapping, instructions."""

from __future__ import annotations

import re
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
ROUNDS = 1000
FORKS = 3


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
class _Timed:
    """A path: the readings of the clock around it, and the calls of each of its rounds."""

    before: Ref
    after: Ref
    calls: int


# A call that does nothing: what the agent and the way into the kernel take, not to be counted.
_NOTHING = "nothing"


def _paths(page: int) -> tuple[Program, dict[str, _Timed], Ref]:
    """Each path ``ROUNDS`` times between two readings of the clock. No label is ever set."""
    program = Program()
    timed: dict[str, _Timed] = {}
    program(ops.mmap(BASE, 4 * ROUNDS * page, "rw", "private fixed anonymous"))

    def measure(name: str, *made: Op) -> None:
        before = program(ops.call("clock"))
        with program.repeat(ROUNDS):
            for op in made:
                program(op)
        timed[name] = _Timed(before, program(ops.call("clock")), len(made))

    far = BASE + 8 * ROUNDS * page
    # Once in vain: what a kernel does only the first time shall not count.
    for _ in range(2):
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
    # One call that faults in as many pages as the others have rounds.
    before = program(ops.call("clock"))
    program(ops.madvise(BASE, ROUNDS * page, "populate_write"))
    timed["first write to a page"] = _Timed(before, program(ops.call("clock")), 0)
    with program.repeat(ROUNDS):
        program(ops.mmap(measuring.step(page, 2), page, "r", "private fixed anonymous"))
    return program, timed, program(ops.call("fork_bench", FORKS))


def _measured(outcome: Outcome, timed: dict[str, _Timed], forks: Ref) -> dict[str, int]:
    each = {
        name: (measuring.clock(outcome, path.after) - measuring.clock(outcome, path.before))
        / ROUNDS
        for name, path in timed.items()
    }
    nothing = each.pop(_NOTHING)
    figures = {
        name: instructions(round(spent - timed[name].calls * nothing))
        for name, spent in each.items()
    }
    pairs = list(struct.iter_unpack("<QQ", outcome.results[forks.index].bytes))
    figures[f"fork of {ROUNDS} mappings"] = instructions(pairs[-1][0])
    figures[f"fork of {ROUNDS} mappings, exit, wait"] = instructions(pairs[-1][1])
    return figures


def paths(made: Image) -> dict[str, int]:
    """Instructions for each path, beyond those of calls that do nothing."""
    with vm.boot(made, icount=SHIFT) as guest:
        program, timed, forks = _paths(guest.hello.page_size)
        return _measured(guest.run([program])[0], timed, forks)


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
