"""The ioctls of userfaultfd as data; see ``calls``."""

from __future__ import annotations

from attrs import frozen

from kernel.lab import ops
from kernel.lab.protocol import Program, Ref
from kernel.model.areas import USERFAULTS, Areas, Opened
from kernel.model.space import Space
from kernel.model.userfault import MODES
from kernel.model.vma import Flag

NUMBERS = {"missing": 1, "wp": 2, "minor": 4}
"""include/uapi/linux/userfaultfd.h: UFFDIO_REGISTER_MODE_*."""


@frozen
class Register:
    """UFFDIO_REGISTER, with words of ``MODES`` and one of ``USERFAULTS``."""

    start: int
    length: int
    modes: str = "missing"
    descriptor: str = "one"

    def do(self, space: Space, areas: Areas) -> int:
        """Run it in the model; return 0."""
        modes = Flag.NONE
        for word in self.modes.split():
            modes |= MODES[word]
        start = areas.address("arena", self.start)
        descriptor = areas.userfaults[USERFAULTS.index(self.descriptor)]
        space.register_userfault(start, self.length, modes, descriptor)
        return 0

    def write(self, program: Program, areas: Areas, opened: Opened) -> Ref:
        """Append it to a program for a kernel."""
        modes = sum(NUMBERS[word] for word in self.modes.split())
        start = areas.address("arena", self.start)
        descriptor = opened.userfaults[USERFAULTS.index(self.descriptor)]
        return program(ops.call("uffd_register", descriptor, start, self.length, modes))


@frozen
class Unregister:
    """UFFDIO_UNREGISTER, with one of ``USERFAULTS``."""

    start: int
    length: int
    descriptor: str = "one"

    def do(self, space: Space, areas: Areas) -> int:
        """Run it in the model; return 0."""
        descriptor = areas.userfaults[USERFAULTS.index(self.descriptor)]
        space.unregister_userfault(areas.address("arena", self.start), self.length, descriptor)
        return 0

    def write(self, program: Program, areas: Areas, opened: Opened) -> Ref:
        """Append it to a program for a kernel."""
        start = areas.address("arena", self.start)
        descriptor = opened.userfaults[USERFAULTS.index(self.descriptor)]
        return program(ops.call("uffd_unregister", descriptor, start, self.length))
