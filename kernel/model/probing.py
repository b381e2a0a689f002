"""Features of a kernel that is in no table: it is asked, call by call."""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence

from attrs import evolve

import procmaps
from kernel.lab import ops
from kernel.lab.protocol import Outcome, Program
from kernel.lab.scenario_builder import BASE
from kernel.model.kernel_differences import Features
from kernel.model.mm_struct import U64_MAX
from kernel.model.userfault_calls import NUMBERS
from kernel.model.vma import PAGE

ONLY_THERE = "private fixed_noreplace anonymous"
# The highest bit of an address: 38 of arm64 with few levels of page tables to 63 of s390x.
_BITS = range(32, 64)
Run = Callable[[Sequence[Program]], list[Outcome]]


def probed(features: Features, run: Run) -> Features:
    """Return *features* with what calls on new memory show; the rest is as it was."""
    program = Program()
    program(ops.mmap(BASE, PAGE, "rw", "private fixed anonymous"))
    memfd = program(ops.memfd_create(b"probe"))
    program(ops.ftruncate(memfd, PAGE))
    file = BASE + 2 * PAGE
    program(ops.mmap(file, PAGE, "rw", "shared fixed", memfd))
    droppable = program(ops.mmap(BASE + 4 * PAGE, PAGE, "rw", "droppable fixed anonymous"))
    one, two = (program(ops.call("uffd_open", 0)) for _ in range(2))
    asked = {
        "labels": program(ops.name(BASE, 0, None)),
        "shmem_labels": program(ops.name(file, PAGE, None)),
        "guards": program(ops.madvise(BASE, 0, "guard_remove")),
        "huge_pages": program(ops.madvise(BASE, 0, "hugepage")),
        "mseal": program(ops.call("mseal", BASE, 0, 0)),
        "droppable": droppable,
    }
    modes = {
        word: program(ops.call("uffd_register", one, file if word == "minor" else BASE, PAGE, mode))
        for word, mode in NUMBERS.items()
    }
    wp_files = program(ops.call("uffd_register", one, file, PAGE, NUMBERS["wp"]))
    registered = program(ops.call("uffd_register", one, droppable, PAGE, NUMBERS["missing"]))
    unregistered = program(ops.call("uffd_unregister", two, BASE, PAGE))
    low = BASE + 8 * PAGE
    program(ops.mmap(low, 3 * PAGE, "rw", "private fixed anonymous"))
    program(ops.mprotect(low, PAGE, "rwx"))
    program(ops.fill(low + PAGE, PAGE))
    program(ops.mprotect(low + PAGE, PAGE, "rwx"))
    maps = program(ops.read_file(b"/proc/self/maps"))
    ends = [program(ops.mmap(1 << bit, PAGE, "rw", ONLY_THERE)) for bit in _BITS]
    lasts = [program(ops.mmap((2 << bit) - PAGE, PAGE, "rw", ONLY_THERE)) for bit in _BITS]
    (outcome,) = run([program])
    merged = procmaps.loads(outcome.results[maps.index].bytes).mapping_at(low)
    values = {index: result.value for index, result in outcome.results.items()}
    return evolve(
        features,
        **{name: values[ref.index] >= 0 for name, ref in asked.items()},
        userfault_refuses_droppable=values[droppable.index] >= 0 > values[registered.index],
        userfault_checks_owner=values[unregistered.index] < 0,
        userfault_modes=tuple(word for word, ref in modes.items() if values[ref.index] >= 0),
        userfault_wp_files=values[wp_files.index] >= 0,
        merges_written_into_untouched=merged is not None and merged.size == 2 * PAGE,
        task_size=_task_size(
            [_is_address(values[ref.index]) for ref in ends],
            [_is_address(values[ref.index]) for ref in lasts],
        ),
    )


def _is_address(value: int) -> bool:
    """Return whether mmap took its address, or refused it only because memory is there."""
    address = value & U64_MAX
    return value == -errno.EEXIST or address % PAGE == 0


def _task_size(taken: Sequence[bool], last_taken: Sequence[bool]) -> int:
    """Return TASK_SIZE: *taken* says of each of ``_BITS`` whether memory can be at this address.

    *last_taken* says it of the last page below the next power of two, which x86_64 and s390x do not
    use.
    """
    highest = max(index for index, is_taken in enumerate(taken) if is_taken)
    return (2 << _BITS[highest]) - (0 if last_taken[highest] else PAGE)
