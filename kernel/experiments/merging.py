"""The effect of labels on the number of mappings, and the map-count limit.

Each figure is measured on a kernel and computed by the model; the two must agree.
"""

from __future__ import annotations

import errno
from typing import Any

from kernel.experiments import measuring
from kernel.lab import ops, vm
from kernel.lab.protocol import Arg, Counted, Outcome, Program, Strided
from kernel.lab.scenario_builder import BASE
from kernel.model import subjects
from kernel.model.differential import Subject
from kernel.model.errors import CallFailed
from kernel.model.kernel_differences import MAX_MAP_COUNT
from kernel.model.space import Space
from kernel.model.vma import PAGE, Flag

KERNEL = "6.12-x86_64-named"
REGIONS = 1000
LABELLED = (0, 10, 100, 500, 1000)
RW = Flag.READ | Flag.WRITE
_TEXT = Counted(b"region 00000000")


def _label(which: str, number: int) -> bytes:
    return b"region %08d" % number if which == "different" else b"region"


def modelled(space: Space, which: str, labelled: int) -> int:
    """Return the model's number of mappings for the regions, *labelled* of them with a label."""
    for region in range(REGIONS):
        space.mmap(BASE + region * PAGE, PAGE, RW)
    for number in range(labelled):
        start = BASE + number * (REGIONS // labelled) * PAGE
        space.name(start, PAGE, _label(which, number))
    return sum(vma.start >= BASE and vma.end <= BASE + REGIONS * PAGE for vma in space.vmas)


def _measured(subject: Subject, which: str, labelled: int) -> int:
    program = Program()
    with program.repeat(REGIONS):
        program(ops.mmap(Strided(BASE, PAGE), PAGE, "rw", "private fixed anonymous"))
    if labelled:
        text: Arg = _TEXT if which == "different" else b"region"
        with program.repeat(labelled):
            program(ops.name(Strided(BASE, REGIONS // labelled * PAGE), PAGE, text))
    maps = program(ops.read_file(b"/proc/self/maps"))
    (outcome,) = subject.run([program])
    low, high = b"%08x" % BASE, b"%08x" % (BASE + REGIONS * PAGE)
    lines = outcome.results[maps.index].bytes.splitlines()
    return sum(low <= line[:8] < high and line[8:9] == b"-" for line in lines)


def _same(what: str, kernel: object, model: object) -> None:
    if kernel != model:
        raise RuntimeError(f"{what}: the kernel returned {kernel}, the model {model}")


def counts(subject: Subject) -> list[dict[str, Any]]:
    """Return the mappings of 1000 adjacent regions, k of them labelled at even distances."""
    rows: list[dict[str, Any]] = []
    for which in ("different", "equal"):
        for labelled in LABELLED:
            kernel = _measured(subject, which, labelled)
            _same(f"{labelled} {which}", kernel, modelled(subject.fresh(), which, labelled))
            rows.append({"labels": which, "labelled": labelled, "mappings": kernel})
    return rows


def _errno(outcome: Outcome, index: int) -> str:
    number = outcome.results[index].errno
    return errno.errorcode[number] if number else "0"


def until_refused(space: Space, pages: int) -> tuple[int, str]:
    """Return how many pages in a row the model gives a label each, and the next call's errno."""
    for page in range(pages):
        try:
            space.name(BASE + page * PAGE, PAGE, _label("different", page))
        except CallFailed as error:
            return page, str(error)
    return pages, "0"


def limit(subject: Subject) -> dict[str, Any]:
    """Label page after page differently until a call fails; then try other calls."""
    pages = MAX_MAP_COUNT + 100
    program = Program()
    program(ops.mmap(BASE, pages * PAGE, "rw", "private fixed anonymous"))
    with program.repeat(pages) as named:
        refused = program(ops.name(Strided(BASE, PAGE), PAGE, _TEXT))
    last = BASE + (pages - 1) * PAGE
    after = {
        "mmap": program(ops.mmap(last + 2 * PAGE, PAGE, "r", "private fixed anonymous")),
        "mmap again": program(ops.mmap(last + 4 * PAGE, PAGE, "rx", "private fixed anonymous")),
        "munmap in the middle of a mapping": program(ops.munmap(last - 2 * PAGE, PAGE)),
        "munmap of a whole mapping": program(ops.munmap(BASE + 8 * PAGE, PAGE)),
        "mprotect of a part": program(ops.mprotect(last - 2 * PAGE, PAGE, "r")),
        "the same label again": program(ops.name(BASE, PAGE, b"region 00000000")),
    }
    with program.fork() as forked:
        pass
    (outcome,) = subject.run([program])
    count = outcome.results[named.index].value
    space = subject.fresh()
    space.mmap(BASE, pages * PAGE, RW)
    predicted = until_refused(space, pages)
    _same("labels until the limit", (count, _errno(outcome, refused.index)), predicted)
    return {
        "limit": MAX_MAP_COUNT,
        "mappings_before": subject.initial_count + 1,
        "labels_until_refused": count,
        "refused_with": _errno(outcome, refused.index),
        "then": {name: _errno(outcome, ref.index) for name, ref in after.items()},
        "fork": _errno(outcome, forked.index),
    }


def run() -> None:
    """Measure the kernel, compare it with the model, and write the figures."""
    image = measuring.find_image(KERNEL)
    if image is None:
        raise measuring.KernelMissing(
            f"merging: {KERNEL} is not built: run `python -m kernel.lab build {KERNEL}`"
        )
    with subjects.booted(image, vm.Limits(program=600)) as subject:
        figures: dict[str, Any] = {"kernel": KERNEL, "regions": REGIONS, "counts": counts(subject)}
        figures["limit"] = limit(subject)
    print(f"merging: {figures}")
    measuring.keep("merging", figures)
