"""The areas of a trial's addresses, and the objects that a trial opens first."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import field, frozen

from kernel.lab.protocol import Ref
from kernel.lab.scenario_builder import BASE
from kernel.model.vma import File, Userfault

FILES = ("memfd one", "memfd two", "linked")
USERFAULTS = ("one", "two")
STACK_PAGES = 8


@frozen
class Areas:
    """The addresses of the areas, and the objects of a trial.

    ``files`` are those that it may map, in the order of ``FILES``; ``userfaults`` its userfaultfds,
    in the order of ``USERFAULTS``.
    """

    heap: int
    stack: int
    files: tuple[File, ...]
    userfaults: tuple[Userfault, ...] = field(
        factory=lambda: tuple(Userfault() for _ in USERFAULTS)
    )

    def address(self, area: str, offset: int) -> int:
        """Return the address of an offset into an area."""
        return {"arena": BASE, "heap": self.heap, "stack": self.stack}[area] + offset


@frozen
class Opened:
    """The descriptors of the same objects in a program for a kernel."""

    files: Sequence[Ref]
    userfaults: Sequence[Ref]
