"""All kernels of the laboratory: a release for an architecture in a flavour."""

from attrs import evolve, frozen

from kernel.lab import kconfig
from kernel.lab.architectures import ARCHITECTURES, Architecture
from kernel.lab.errors import UnknownKernel
from kernel.lab.flavours import FLAVOURS, Flavour
from kernel.lab.kconfig import Option
from kernel.lab.machines import Machine
from kernel.lab.options import COMMON
from kernel.lab.releases import RELEASES, Release

NO_ADDRESSES = ("-DNOMMU", "-fno-jump-tables", "-mcmodel=medany", "-mno-relax")
"""Compiler flags for code that finds its data relative to itself (RISC-V)."""


@frozen
class Kernel:
    """One kernel to build and boot."""

    release: Release
    architecture: Architecture
    flavour: Flavour

    @property
    def name(self) -> str:
        """Release, architecture and flavour, such as ``6.12-x86_64-named``."""
        return f"{self.release.name}-{self.architecture.name}-{self.flavour.name}"

    @property
    def folder(self) -> str:
        """The folder of its captures, relative to the corpus."""
        return self.name if self.flavour.mmu else f"nommu/{self.name}"

    @property
    def programs(self) -> Machine:
        """The machine that the agent is compiled for."""
        arch = self.architecture
        if self.flavour.mmu:
            return arch
        return evolve(
            arch,
            name=f"{arch.name}-{self.flavour.name}",
            agent_flags=(*arch.agent_flags, *NO_ADDRESSES),
            loaded_anywhere=True,
        )

    @property
    def options(self) -> tuple[Option, ...]:
        """The configuration lines that its release knows."""
        own = self.flavour.options
        left_out = self.flavour.without | {option.name for option in own}
        shared = (*COMMON, *self.architecture.options)
        every = (*(option for option in shared if option.name not in left_out), *own)
        return tuple(o for o in every if not o.releases or self.release.name in o.releases)

    @property
    def fragment(self) -> str:
        """The input of ``allnoconfig``."""
        return kconfig.fragment(self.options)


KERNELS = {
    kernel.name: kernel
    for kernel in (
        Kernel(release, architecture, flavour)
        for release in RELEASES.values()
        for architecture in ARCHITECTURES.values()
        for flavour in FLAVOURS.values()
        if not flavour.architectures or architecture.name in flavour.architectures
    )
}

# The default of all commands. Every statement about labels is checked against these.
NEEDED = tuple(
    KERNELS[f"{release}-x86_64-{flavour}"]
    for flavour in ("named", "unnamed")
    for release in RELEASES
)


def named(name: str) -> Kernel:
    """Return the kernel of this name. Raises ``UnknownKernel``."""
    try:
        return KERNELS[name]
    except KeyError:
        raise UnknownKernel(name, tuple(KERNELS)) from None
