"""The table of scenarios, and how a function enters it."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from kernel.lab.scene import Place, Scene


@frozen
class Scenario:
    """``files`` are read at each snapshot; ``architectures`` is empty for all of them.

    ``host``: it may run on a machine that is used for other things, changing nothing there.
    """

    name: str
    shows: str
    build: Callable[[Scene], None]
    files: tuple[str, ...]
    architectures: tuple[str, ...]
    host: bool

    def scene(self, place: Place) -> Scene:
        """The scenario's operations for this guest, the last snapshot included."""
        scene = Scene(place, self.files)
        self.build(scene)
        if not any(not shot.name for shot in scene.snapshots):
            scene.snapshot()
        return scene

    def suits(self, place: Place) -> bool:
        """Whether the scenario is for this machine."""
        return not self.architectures or place.architecture.name in self.architectures


SCENARIOS: dict[str, Scenario] = {}
MAPS = ("maps",)
BOTH = ("maps", "smaps")
ALL = ("maps", "smaps", "smaps_rollup", "numa_maps")


def scenario(
    *, files: tuple[str, ...] = BOTH, architectures: tuple[str, ...] = (), host: bool = True
) -> Callable[[Callable[[Scene], None]], Callable[[Scene], None]]:
    """Enter the function into the table of scenarios."""

    def enter(build: Callable[[Scene], None]) -> Callable[[Scene], None]:
        shows = " ".join((build.__doc__ or "").split())
        name = build.__name__
        SCENARIOS[name] = Scenario(name, shows, build, files, architectures, host)
        return build

    return enter
