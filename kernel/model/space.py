"""An address space with its system calls.

Each system call is in the module that models the kernel's file of that duty. It follows the
kernel's function check by check, because what a call changed before it failed remains. Functions
are cited by name, not by line.
"""

from __future__ import annotations

from attrs import define

from kernel.model import brk, naming, sealing, splitting, userfault
from kernel.model import fork as _fork
from kernel.model import madvise as _madvise
from kernel.model import mmap as _mmap
from kernel.model import mprotect as _mprotect
from kernel.model import mremap as _mremap
from kernel.model import touch as _touch
from kernel.model.mm_struct import AddressSpace

CALL_MODULES = (
    *(splitting, _touch, _mmap, _mprotect, _madvise, naming, _mremap, brk, _fork),
    *(sealing, userfault),
)
"""The modules that model system calls. Diagrams in their docstrings are tests."""


@define
class Space(AddressSpace):
    """One process. Methods are system calls; they raise ``CallFailed`` with an errno."""

    mmap = _mmap.mmap
    munmap = _mmap.munmap
    mprotect = _mprotect.mprotect
    mremap = _mremap.mremap
    madvise = _madvise.madvise
    prctl = naming.prctl
    name = naming.name
    set_brk = brk.set_brk
    touch = _touch.touch
    fork = _fork.fork
    mseal = sealing.mseal
    register_userfault = userfault.register
    unregister_userfault = userfault.unregister
