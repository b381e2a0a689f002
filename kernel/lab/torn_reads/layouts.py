"""What the process maps before it reads: slots of four pages that fill more than a page of text."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from kernel.lab import ops
from kernel.lab.protocol import Op

PAGE = 4096
SLOT = 4 * PAGE
ARENA = 0x2000_0000
BELOW = ARENA - 64 * PAGE
"""Free pages that are printed before the slots."""
SLOTS = {"maps": 108, "smaps": 16}
"""Slots by file: a page of ``maps`` has about 97 such lines, a page of ``smaps`` five entries."""
READS_BEFORE = {"maps": 1, "smaps": 2}
"""Reads before the change by file, so that enough slots are printed."""
ABOVE = ARENA + (max(SLOTS.values()) + 16) * SLOT
"""Free pages that are printed after the slots."""

PRIVATE = "private fixed anonymous"
FILE = b"/t/file"
LABELS = (None, b"a")
"""The labels of the layout ``labelled``, in turn."""


@frozen
class Layout:
    """A way to map the slots. ``slot`` returns the operations for the slot at this address."""

    name: str
    what: str
    slot: Callable[[int, int], list[Op]]


def _apart(address: int, _: int) -> list[Op]:
    return [ops.mmap(address, 2 * PAGE, "rw", PRIVATE)]


def _adjacent(address: int, number: int) -> list[Op]:
    return [ops.mmap(address, SLOT, ("rw", "r")[number % 2], PRIVATE)]


def _labelled(address: int, number: int) -> list[Op]:
    return [
        ops.mmap(address, SLOT, "rw", PRIVATE),
        *([ops.name(address, SLOT, LABELS[1])] if number % 2 else []),
    ]


LAYOUTS = {
    each.name: each
    for each in (
        Layout("apart", "two pages, then two free pages", _apart),
        Layout("adjacent", "four pages, writable and read-only in turn", _adjacent),
        Layout("labelled", "four pages, without a label and with one in turn", _labelled),
    )
}
