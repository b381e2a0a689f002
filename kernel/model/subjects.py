"""The kernels to compare with: those of the laboratory, booted, and the one of this machine."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager

from kernel.lab import native, ops, vm
from kernel.lab.build import Image
from kernel.lab.native import Host
from kernel.lab.protocol import Program
from kernel.model import features
from kernel.model.differential import Subject
from kernel.model.features import NEWEST
from kernel.model.strategies import Scope

_LIMITS = vm.Limits()
# max_map_count is the whole machine's: it is left alone. mremap was rewritten in 6.17, with its
# checks in another order, and no source of that is at hand.
HOST_SCOPE = Scope(remaps=False, limits=False, least=12, most=60)


@contextmanager
def booted(image: Image, limits: vm.Limits = _LIMITS) -> Generator[Subject]:
    """A kernel of the laboratory for the block. Raises what ``vm.boot`` raises."""
    kernel = image.kernel
    release = kernel.release.name
    known = features.of(release, labels=kernel.flavour.name != "unnamed")
    with vm.boot(image, limits) as guest:
        yield Subject(kernel.name, guest.run, known, f"linux-{release}")


@contextmanager
def host() -> Generator[Subject]:
    """This machine's kernel for the block: for root, on x86_64.

    Whether it takes labels is asked; for the rest it is held to the newest release that the model
    knows. A 6.18 was seen to agree with that in all but mremap.
    """
    with native.start(isolated=True) as agent:
        known = features.of(NEWEST, labels=_takes_labels(agent))
        release = os.uname().release.split("-")[0]
        yield Subject("this machine", agent.run, known, f"linux-{release}")


def _takes_labels(agent: Host) -> bool:
    """Clearing the labels of no memory at all succeeds wherever there are labels."""
    program = Program()
    asked = program(ops.name(0, 0, None))
    (outcome,) = agent.run([program])
    return outcome.results[asked.index].value == 0
