"""What a search over processes finds: `FoundMapping` and `FoundMappings`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, overload

import attrs

from procmaps.live.gaps import Gap
from procmaps.records.mapping import Mapping
from procmaps.snapshots.problem import Problem

FileState = Literal["deleted", "replaced"]
"""Whether the mapped file is no longer at its path: unlinked, or another file is there."""


@attrs.frozen
class FoundMapping:
    """One mapping of one process.

    pid        The process.
    mapping    Its mapping.
    state      ``"deleted"`` if the name is that of an unlinked file. ``"replaced"`` if another file
               is at its path now; that is looked up only for a search by ``state``. Else None.
    build_id   The GNU build ID of the mapped ELF file, read from the mapped file itself; None if
               it was not asked for, or if the file has none or cannot be read.
    """

    pid: int
    mapping: Mapping
    state: FileState | None = None
    build_id: bytes | None = None


@attrs.frozen
class FoundMappings(Sequence[FoundMapping]):
    """The mappings that were found, ordered by process and address, and what was not searched.

    found       The mappings. This object is a sequence of them, too.
    processes   How many address spaces were searched.
    gaps        The processes that could not be searched, each with the reason. Kernel threads and
                zombies are among them: they have no memory. `Gap.refused` is true for those whose
                memory was hidden from the search.
    twins       The processes that were not searched because an earlier one has their address space,
                each with that one.
    problems    Lines of ``maps`` that could not be read, and torn texts, each with its process.
    """

    found: tuple[FoundMapping, ...]
    processes: int
    gaps: tuple[Gap, ...] = ()
    twins: dict[int, int] = attrs.field(factory=dict[int, int])
    problems: tuple[tuple[int, Problem], ...] = ()

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes with at least one mapping that was found, in the order of the search."""
        return tuple(dict.fromkeys(each.pid for each in self.found))

    @property
    def refused(self) -> tuple[Gap, ...]:
        """The processes that may have such mappings, too, but could not be read."""
        return tuple(gap for gap in self.gaps if gap.refused)

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[FoundMapping]:
        return iter(self.found)

    @overload
    def __getitem__(self, index: int) -> FoundMapping: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[FoundMapping, ...]: ...
    def __getitem__(self, index: int | slice) -> FoundMapping | tuple[FoundMapping, ...]:
        return self.found[index]

    def __repr__(self) -> str:
        return (
            f"<FoundMappings: {len(self.found)} in {len(self.pids)} of {self.processes} processes, "
            f"{len(self.refused)} refused>"
        )
