"""The worst case of the review: a process of 60,000 mappings, each with a label of its own, forks.

The labels are as long as labels get. ``named`` shares them by reference count, as Linux does;
``strdup`` copies each, as the first versions of the patch did; both are compared with the same
process without labels on the same kernel. Nothing is touched, so fork copies mappings and nothing
else: any page table would make the difference smaller.
"""

from __future__ import annotations

import struct
from typing import Any

from kernel.experiments import measuring
from kernel.experiments.measuring import SHIFT, instructions
from kernel.lab import ops, vm
from kernel.lab.build import Image
from kernel.lab.protocol import Counted, Outcome, Program, Ref, Step
from kernel.lab.scene import BASE
from procmaps.formats.labels import MAX_LABEL

MAPPINGS = 60_000
FORKS = 3
KERNELS = (
    "6.12-x86_64-named",
    "6.12-x86_64-strdup",
    "6.12-x86_64-unnamed",
    "6.12-arm64-named",
    "6.12-arm64-strdup",
)
_LABEL = Counted(b"a label of its own as long as labels get ".ljust(MAX_LABEL, b"."))


def _program(page: int, *, labels: bool) -> tuple[Program, dict[str, Ref]]:
    program = Program()
    at: dict[str, Ref] = {}
    # A page between any two, so that without labels there are as many.
    here = Step(BASE, 2 * page)
    at["start"] = measuring.memory(program)
    with program.repeat(MAPPINGS) as mapped:
        program(ops.mmap(here, page, "rw", "private fixed anonymous"))
    at["mapped"] = mapped
    at["before"] = measuring.memory(program)
    if labels:
        with program.repeat(MAPPINGS) as named:
            program(ops.name(here, page, _LABEL))
        at["named"] = named
    at["labelled"] = measuring.memory(program)
    at["forks"] = program(ops.call("fork_bench", FORKS))
    with program.hold():
        pass
    at["forked"] = measuring.memory(program)
    program(ops.reap())
    return program, at


def _figures(outcome: Outcome, at: dict[str, Ref]) -> dict[str, Any]:
    measuring.succeeded(outcome, (at["mapped"], MAPPINGS))
    if "named" in at:
        measuring.succeeded(outcome, (at["named"], MAPPINGS))
    pairs = struct.iter_unpack("<QQ", outcome.results[at["forks"].index].bytes)
    forks = [(instructions(fork), instructions(whole)) for fork, whole in pairs]
    slab = {name: measuring.meminfo(outcome, at[name])["SUnreclaim"] for name in _READS}
    return {
        "fork": [fork for fork, _ in forks],
        "fork_exit_wait": [whole for _, whole in forks],
        "slab_bytes_per_mapping": _each(slab["before"] - slab["start"]),
        "slab_bytes_per_label": _each(slab["labelled"] - slab["before"]),
        "slab_bytes_per_mapping_of_the_child": _each(slab["forked"] - slab["labelled"]),
    }


def _each(kilobytes: int) -> float:
    return round(kilobytes * 1024 / MAPPINGS, 1)


_READS = ("start", "before", "labelled", "forked")


def measure(made: Image) -> dict[str, Any]:
    """One kernel: with labels and without, each in a boot of its own, and once more to compare."""
    figures: dict[str, Any] = {}
    takes = made.kernel.flavour.name != "unnamed"
    for name, labels in (("unlabelled", False), *((("labelled", True),) if takes else ())):
        runs: list[dict[str, Any]] = []
        for _ in range(2):
            with vm.boot(made, icount=SHIFT) as guest:
                program, at = _program(guest.hello.page_size, labels=labels)
                runs.append(_figures(guest.run([program])[0], at))
        first, again = (run["fork"][-1] for run in runs)
        figures[name] = {**runs[0], "repeats_within": round(abs(again - first) / first, 6)}
    if takes:
        for what in ("fork", "fork_exit_wait"):
            with_labels, without = (figures[name][what][-1] for name in ("labelled", "unlabelled"))
            figures[f"{what}_ratio"] = round(with_labels / without, 4)
    return figures


def run() -> None:
    """All kernels of the table that are built."""
    found: dict[str, Any] = {}
    for name in KERNELS:
        made = measuring.image(name)
        if made is None:
            found[name] = measuring.unbuilt("fork", name)
            continue
        found[name] = measure(made)
        print(f"fork: {name} {found[name]}", flush=True)
    measuring.keep(
        "fork",
        {
            "unit": "instructions, by qemu -icount; the last of each list counts",
            "mappings": MAPPINGS,
            "label_bytes": MAX_LABEL,
            "kernels": found,
        },
    )
