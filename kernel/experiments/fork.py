"""The cost of labels to fork, in the worst case of the review.

A process with 60,000 mappings forks. Each has a label of its own, of the greatest length. The
flavour ``named`` shares labels by reference count, as Linux does. ``strdup`` copies each label, as
the first versions of the patch did. Both are compared with the same process without labels on the
same kernel. No page is touched, so fork copies mappings only; page tables would make the
difference smaller.
"""

from __future__ import annotations

import struct
from typing import Any

from kernel.experiments import measuring
from kernel.experiments.measuring import SHIFT, instructions
from kernel.lab import ops, vm
from kernel.lab.build import Image
from kernel.lab.protocol import Counted, Outcome, Program, Ref, Strided
from kernel.lab.scenario_builder import BASE
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
    # An unmapped page between any two keeps mappings without labels apart, too.
    here = Strided(BASE, 2 * page)
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


def measure(image: Image) -> dict[str, Any]:
    """Measure a kernel with and without labels. Each measurement is repeated in a second boot."""
    figures: dict[str, Any] = {}
    has_labels = image.kernel.flavour.name != "unnamed"
    for name, labels in (("unlabelled", False), *((("labelled", True),) if has_labels else ())):
        runs: list[dict[str, Any]] = []
        for _ in range(2):
            with vm.boot(image, icount=SHIFT) as guest:
                program, at = _program(guest.hello.page_size, labels=labels)
                runs.append(_figures(guest.run([program])[0], at))
        first, again = (run["fork"][-1] for run in runs)
        figures[name] = {**runs[0], "repeats_within": round(abs(again - first) / first, 6)}
    if has_labels:
        for what in ("fork", "fork_exit_wait"):
            with_labels, without = (figures[name][what][-1] for name in ("labelled", "unlabelled"))
            figures[f"{what}_ratio"] = round(with_labels / without, 4)
    return figures


def run() -> None:
    """Measure all kernels of the table that are built, and write the figures."""
    figures: dict[str, Any] = {}
    for name in KERNELS:
        image = measuring.find_image(name)
        if image is None:
            figures[name] = measuring.previous_figures("fork", name)
            continue
        figures[name] = measure(image)
        print(f"fork: {name} {figures[name]}", flush=True)
    measuring.keep(
        "fork",
        {
            "unit": "instructions, by qemu -icount; the last of each list counts",
            "mappings": MAPPINGS,
            "label_bytes": MAX_LABEL,
            "kernels": figures,
        },
    )
