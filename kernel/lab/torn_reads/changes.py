"""The changes between two reads: one system call each, so that only two states ever exist.

``at(0)`` is the start of the slot of the *next* mapping, the first one that the first read did not
return, and ``at(-1)`` that of the *last* one that it returned.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from attrs import frozen

from kernel.lab import ops
from kernel.lab.protocol import Op
from kernel.lab.torn_reads.layouts import (
    ABOVE,
    ARENA,
    BELOW,
    FILE,
    LABELS,
    PAGE,
    PRIVATE,
    SLOT,
    SLOTS,
)

At = Callable[[int], int]
"""Returns the address of a slot, counted from the slot of the next mapping."""

Place = Literal["before", "at", "after", "everywhere"]
"""Where the change is, seen from the end of the first read."""

_ALL = max(SLOTS.values()) * SLOT


@frozen
class Change:
    """One system call between two reads."""

    name: str
    layout: str
    place: Place
    what: str
    call: Callable[[At], Op]
    file: bool = False
    """Whether `FILE` is mapped before and after the slots."""
    labels: bool = False
    """Whether the kernel must have labels (CONFIG_ANON_VMA_NAME)."""


CHANGES = {
    each.name: each
    for each in (
        # --- free pages between the mappings ------------------------------------------------------
        Change(
            "map-before", "apart", "before", "map new memory below the last mapping",
            lambda at: ops.mmap(at(-3) + 2 * PAGE, PAGE, "r", PRIVATE),
        ),
        Change(
            "unmap-before", "apart", "before", "unmap a mapping below the last one",
            lambda at: ops.munmap(at(-3), 2 * PAGE),
        ),
        Change(
            "split-before", "apart", "before", "protect half of a mapping below the last one",
            lambda at: ops.mprotect(at(-3), PAGE, "r"),
        ),
        Change(
            "unmap-last", "apart", "at", "unmap the last mapping",
            lambda at: ops.munmap(at(-1), 2 * PAGE),
        ),
        Change(
            "shrink-last", "apart", "at", "unmap the second half of the last mapping",
            lambda at: ops.munmap(at(-1) + PAGE, PAGE),
        ),
        Change(
            "split-last", "apart", "at", "protect the second half of the last mapping",
            lambda at: ops.mprotect(at(-1) + PAGE, PAGE, "r"),
        ),
        Change(
            "grow-last", "apart", "at", "map a page that merges with the last mapping",
            lambda at: ops.mmap(at(-1) + 2 * PAGE, PAGE, "rw", PRIVATE),
        ),
        Change(
            "map-between", "apart", "at", "map new memory between the last and the next mapping",
            lambda at: ops.mmap(at(-1) + 2 * PAGE, PAGE, "r", PRIVATE),
        ),
        Change(
            "grow-next", "apart", "at", "map a page below the next mapping, which merges with it",
            lambda at: ops.mmap(at(0) - PAGE, PAGE, "rw", PRIVATE),
        ),
        Change(
            "join", "apart", "at", "map the pages between the last and the next mapping: one merge",
            lambda at: ops.mmap(at(0) - 2 * PAGE, 2 * PAGE, "rw", PRIVATE),
        ),
        Change(
            "unmap-next", "apart", "at", "unmap the next mapping",
            lambda at: ops.munmap(at(0), 2 * PAGE),
        ),
        Change(
            "shrink-next", "apart", "at", "unmap the first half of the next mapping",
            lambda at: ops.munmap(at(0), PAGE),
        ),
        Change(
            "split-next", "apart", "at", "protect the second half of the next mapping",
            lambda at: ops.mprotect(at(0) + PAGE, PAGE, "r"),
        ),
        Change(
            "unmap-both", "apart", "at", "unmap the last and the next mapping",
            lambda at: ops.munmap(at(-1), 2 * SLOT),
        ),
        Change(
            "move-up", "apart", "at", "move the last mapping above all others",
            lambda at: ops.mremap(at(-1), 2 * PAGE, 2 * PAGE, "maymove fixed", ABOVE),
        ),
        Change(
            "move-down", "apart", "at", "move the next mapping below all others",
            lambda at: ops.mremap(at(0), 2 * PAGE, 2 * PAGE, "maymove fixed", BELOW),
        ),
        Change(
            "map-after", "apart", "after", "map new memory above the next mapping",
            lambda at: ops.mmap(at(1) + 2 * PAGE, PAGE, "r", PRIVATE),
        ),
        Change(
            "unmap-after", "apart", "after", "unmap a mapping above the next one",
            lambda at: ops.munmap(at(1), 2 * PAGE),
        ),
        Change(
            "unmap-all", "apart", "everywhere", "unmap all slots",
            lambda _: ops.munmap(ARENA, _ALL),
        ),
        Change(
            "unlink", "apart", "everywhere", "remove a file that is mapped below and above",
            lambda _: ops.unlink(FILE), file=True,
        ),
        # --- no page between the mappings ---------------------------------------------------------
        Change(
            "merge-before", "adjacent", "before", "protect, so that mappings up to the last merge",
            lambda at: ops.mprotect(at(-2), SLOT, _access_of(at, -1)),
        ),
        Change(
            "merge", "adjacent", "at", "protect, so that the last and the next mapping merge",
            lambda at: ops.mprotect(at(0), SLOT, _access_of(at, -1)),
        ),
        Change(
            "merge-more", "adjacent", "at", "protect, so that these merge with one below, too",
            lambda at: ops.mprotect(at(-2), 3 * SLOT, _access_of(at, -1)),
        ),
        Change(
            "merge-after", "adjacent", "after", "protect, so that mappings from the next one merge",
            lambda at: ops.mprotect(at(1), SLOT, _access_of(at, 0)),
        ),
        Change(
            "split-across", "adjacent", "at", "protect from the last into the next mapping",
            lambda at: ops.mprotect(at(0) - 2 * PAGE, SLOT, "-"),
        ),
        Change(
            "replace-across", "adjacent", "at", "map over the end of the last and half of the next",
            lambda at: ops.mmap(at(0) - 2 * PAGE, SLOT, "x", PRIVATE),
        ),
        # --- labels: PR_SET_VMA_ANON_NAME ---------------------------------------------------------
        Change(
            "label-before", "apart", "before", "label a mapping below the last one",
            lambda at: ops.name(at(-3), 2 * PAGE, b"b"), labels=True,
        ),
        Change(
            "label-last", "apart", "at", "label the last mapping",
            lambda at: ops.name(at(-1), 2 * PAGE, b"b"), labels=True,
        ),
        Change(
            "label-half-of-last", "apart", "at", "label the second half of the last mapping",
            lambda at: ops.name(at(-1) + PAGE, PAGE, b"b"), labels=True,
        ),
        Change(
            "label-next", "apart", "at", "label the next mapping",
            lambda at: ops.name(at(0), 2 * PAGE, b"b"), labels=True,
        ),
        Change(
            "label-half-of-next", "apart", "at", "label the second half of the next mapping",
            lambda at: ops.name(at(0) + PAGE, PAGE, b"b"), labels=True,
        ),
        Change(
            "label-after", "apart", "after", "label a mapping above the next one",
            lambda at: ops.name(at(1), 2 * PAGE, b"b"), labels=True,
        ),
        Change(
            "label-across", "labelled", "at", "label from the last into the next mapping",
            lambda at: ops.name(at(0) - 2 * PAGE, SLOT, b"b"), labels=True,
        ),
        Change(
            "label-all", "labelled", "everywhere", "label all slots: one merge",
            lambda _: ops.name(ARENA, _ALL, b"b"), labels=True,
        ),
        Change(
            "label-each", "adjacent", "everywhere", "label all slots: no merge, as they differ",
            lambda _: ops.name(ARENA, _ALL, b"b"), labels=True,
        ),
        Change(
            "label-merge", "labelled", "at", "label, so that the last and the next mapping merge",
            lambda at: ops.name(at(0), SLOT, _label_of(at, -1)), labels=True,
        ),
        Change(
            "label-merge-more", "labelled", "at", "label, so that these merge with one below, too",
            lambda at: ops.name(at(-2), 3 * SLOT, _label_of(at, -1)), labels=True,
        ),
    )
}  # fmt: skip
"""All changes by name."""


def _number(at: At, offset: int) -> int:
    return (at(offset) - ARENA) // SLOT


def _access_of(at: At, offset: int) -> str:
    return ("rw", "r")[_number(at, offset) % 2]


def _label_of(at: At, offset: int) -> bytes | None:
    return LABELS[_number(at, offset) % 2]
