"""The kernels that there are: a release for a machine in a flavour, and their names."""

from attrs import frozen

from kernel.lab import kconfig
from kernel.lab.architectures import ARCHITECTURES, Architecture
from kernel.lab.flavours import FLAVOURS, Flavour
from kernel.lab.kconfig import Option
from kernel.lab.options import COMMON
from kernel.lab.releases import RELEASES, Release


@frozen
class Kernel:
    """One kernel to build and boot."""

    release: Release
    architecture: Architecture
    flavour: Flavour

    @property
    def name(self) -> str:
        """Release, architecture and flavour: ``6.12-x86_64-named``."""
        return f"{self.release.name}-{self.architecture.name}-{self.flavour.name}"

    @property
    def options(self) -> tuple[Option, ...]:
        """All its configuration lines that its release knows."""
        every = (*COMMON, *self.architecture.options, *self.flavour.options)
        return tuple(o for o in every if not o.releases or self.release.name in o.releases)

    @property
    def fragment(self) -> str:
        """What ``allnoconfig`` starts from."""
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

# What a fresh machine builds: every claim about labels is checked against these.
NEEDED = tuple(
    KERNELS[f"{release}-x86_64-{flavour}"]
    for flavour in ("named", "unnamed")
    for release in RELEASES
)


def named(name: str) -> Kernel:
    """The kernel of this name. Raises ``KeyError`` with the names that there are."""
    try:
        return KERNELS[name]
    except KeyError:
        known = ", ".join(KERNELS)
        raise KeyError(f"no kernel is called {name!r}; there are {known}") from None
