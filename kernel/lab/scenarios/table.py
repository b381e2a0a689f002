"""The table of scenarios, and the decorator that adds to it."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from kernel.lab.scenario_builder import GuestInfo, ScenarioBuilder


@frozen
class Scenario:
    """A scenario reads ``files`` at each snapshot.

    ``architectures`` is empty if it suits all of them. ``host`` is true if it leaves no change on
    the machine that runs it. ``mmu`` is false for kernels without a memory management unit, where
    no other scenario runs.
    """

    name: str
    shows: str
    fill: Callable[[ScenarioBuilder], None]
    files: tuple[str, ...]
    architectures: tuple[str, ...]
    host: bool
    mmu: bool

    def build(self, guest: GuestInfo) -> ScenarioBuilder:
        """Return the scenario's operations for this guest, including the last snapshot."""
        scene = ScenarioBuilder(guest, self.files)
        self.fill(scene)
        if not any(not shot.name for shot in scene.snapshots):
            scene.snapshot()
        return scene

    def suits(self, guest: GuestInfo) -> bool:
        """Return whether the scenario runs on this architecture."""
        known = not self.architectures or guest.architecture.name in self.architectures
        return known and self.mmu == guest.mmu


SCENARIOS: dict[str, Scenario] = {}
MAPS = ("maps",)
BOTH = ("maps", "smaps")
ALL = ("maps", "smaps", "smaps_rollup", "numa_maps")


def scenario(
    *,
    files: tuple[str, ...] = BOTH,
    architectures: tuple[str, ...] = (),
    host: bool = True,
    mmu: bool = True,
) -> Callable[[Callable[[ScenarioBuilder], None]], Callable[[ScenarioBuilder], None]]:
    """Add the function to the table of scenarios."""

    def add(fill: Callable[[ScenarioBuilder], None]) -> Callable[[ScenarioBuilder], None]:
        shows = " ".join((fill.__doc__ or "").split())
        name = fill.__name__
        SCENARIOS[name] = Scenario(name, shows, fill, files, architectures, host, mmu)
        return fill

    return add
