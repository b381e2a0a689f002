"""The kernels to compare with: booted kernels of the laboratory, and this machine's."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from kernel.lab import distribution, native, vm
from kernel.lab.build import Image
from kernel.lab.machines import Machine
from kernel.model import kernel_differences, probing
from kernel.model.differential import Subject
from kernel.model.kernel_differences import NEWEST
from kernel.model.strategies import Scope

ARCHITECTURES = ("x86_64", "arm64", "s390x")
"""Those that the model knows: 64 bits, and pages of 4 KiB."""

_LIMITS = vm.Limits()
# max_map_count belongs to the whole machine, so it is not changed. 6.17 rewrote mremap with its
# checks in another order, and the model knows no such release.
HOST_SCOPE = Scope(remaps=False, limits=False, least=12, most=60)


@contextmanager
def booted(image: Image, limits: vm.Limits = _LIMITS) -> Generator[Subject]:
    """Boot a kernel of the laboratory for the block. Raises the exceptions of ``vm.boot``.

    The table of features is that of x86_64. ``probing`` finds what another architecture changes.
    """
    kernel = image.kernel
    release = kernel.release.name
    known = kernel_differences.of(release, labels=kernel.flavour.name != "unnamed")
    with vm.boot(image, limits) as guest:
        if kernel.architecture.name != ARCHITECTURES[0]:
            known = probing.probed(known, guest.run)
        yield Subject(kernel.name, guest.run, known, f"linux-{release}")


@contextmanager
def shipped(path: Path, machine: Machine) -> Generator[Subject]:
    """Boot a kernel as Debian ships it (``kernel.lab.distribution``), with a machine's programs.

    Its release must be one that the model knows. ``probing`` finds what its configuration changes.
    Raises the exceptions of ``distribution.start``.
    """
    version = path.name.removeprefix("vmlinuz-")
    release = ".".join(version.split("-")[0].split(".")[:2])
    with distribution.start(path, machine) as guest:
        known = probing.probed(kernel_differences.of(release), guest.run)
        yield Subject(f"{version} ({machine.name})", guest.run, known, f"linux-{release}")


@contextmanager
def host() -> Generator[Subject]:
    """Give this machine's kernel for the block. Needs root and x86_64.

    Apart from what ``probing`` finds, the newest release that the model knows is assumed. A 6.18
    agreed with it in all calls except mremap.
    """
    with native.start(isolated=True) as agent:
        known = probing.probed(kernel_differences.of(NEWEST), agent.run)
        release = os.uname().release.split("-")[0]
        yield Subject("this machine", agent.run, known, f"linux-{release}")
