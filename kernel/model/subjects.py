"""The kernels to compare with: booted kernels of the laboratory, and this machine's."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager

from kernel.lab import native, ops, vm
from kernel.lab.build import Image
from kernel.lab.native import Host
from kernel.lab.protocol import Program
from kernel.model import kernel_differences
from kernel.model.differential import Subject
from kernel.model.kernel_differences import NEWEST
from kernel.model.strategies import Scope

_LIMITS = vm.Limits()
# max_map_count belongs to the whole machine, so it is not changed. 6.17 rewrote mremap with its
# checks in another order, and the model knows no such release.
HOST_SCOPE = Scope(remaps=False, limits=False, least=12, most=60)


@contextmanager
def booted(image: Image, limits: vm.Limits = _LIMITS) -> Generator[Subject]:
    """Boot a kernel of the laboratory for the block. Raises the exceptions of ``vm.boot``."""
    kernel = image.kernel
    release = kernel.release.name
    known = kernel_differences.of(release, labels=kernel.flavour.name != "unnamed")
    with vm.boot(image, limits) as guest:
        yield Subject(kernel.name, guest.run, known, f"linux-{release}")


@contextmanager
def host() -> Generator[Subject]:
    """Give this machine's kernel for the block. Needs root and x86_64.

    Apart from labels, which are detected, the newest release that the model knows is assumed. A
    6.18 agreed with it in all calls except mremap.
    """
    with native.start(isolated=True) as agent:
        known = kernel_differences.of(NEWEST, labels=_takes_labels(agent))
        release = os.uname().release.split("-")[0]
        yield Subject("this machine", agent.run, known, f"linux-{release}")


def _takes_labels(agent: Host) -> bool:
    """Return whether clearing the labels of an empty range succeeds."""
    program = Program()
    asked = program(ops.name(0, 0, None))
    (outcome,) = agent.run([program])
    return outcome.results[asked.index].value == 0
