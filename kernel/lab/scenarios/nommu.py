"""Memory on a kernel without a memory management unit.

The kernel chooses all addresses, and there is no fork: all scenarios run in one process, so each
unmaps what it mapped.
"""

from __future__ import annotations

from kernel.lab import ops
from kernel.lab.protocol import Ref
from kernel.lab.scenario_builder import File, ScenarioBuilder
from kernel.lab.scenarios.files import HOSTILE
from kernel.lab.scenarios.table import MAPS, scenario


def _unmap(s: ScenarioBuilder, mapped: list[tuple[Ref, int]]) -> None:
    s.snapshot()
    for at, length in mapped:
        s.do(ops.munmap(at, length))


def _map(s: ScenarioBuilder, file: File, prot: str, flags: str, offset: int = 0) -> Ref:
    return s.do(ops.mmap(0, s.page, prot, flags, file.descriptor, offset))


@scenario(files=MAPS, mmu=False)
def nommu_memory(s: ScenarioBuilder) -> None:
    """Anonymous memory with each kind of permission, private and shared, and a refused label."""
    mapped = [
        (s.do(ops.mmap(0, s.page, prot, "private anonymous")), s.page)
        for prot in ("", "r", "w", "x", "rw", "rx", "wx", "rwx")
    ]
    mapped.append((s.do(ops.mmap(0, 3 * s.page, "rw", "shared anonymous")), 3 * s.page))
    s.do(ops.name(mapped[0][0], s.page, b"label"))
    _unmap(s, mapped)


@scenario(files=MAPS, mmu=False)
def nommu_files(s: ScenarioBuilder) -> None:
    """Files mapped directly (shared), copied (private), at an offset, and removed."""
    file = s.open(b"/t/file", 4)
    gone = s.open(b"/t/gone", 1)
    mapped = [
        (_map(s, file, "rw", "shared"), s.page),
        (_map(s, file, "r", "shared", 2 * s.page), s.page),
        (_map(s, file, "r", "private", s.page), s.page),
        (_map(s, file, "rw", "private"), s.page),
        (_map(s, gone, "rw", "shared"), s.page),
    ]
    s.unlink(gone)
    _unmap(s, mapped)
    s.unlink(file)


@scenario(files=MAPS, mmu=False)
def nommu_names(s: ScenarioBuilder) -> None:
    """Files with hostile names: a newline is printed as it is."""
    s.do(ops.mkdir(b"/t/names"))
    files = [s.open(b"/t/names/" + name) for name in HOSTILE]
    _unmap(s, [(_map(s, file, "rw", "shared"), s.page) for file in files])
    for file in files:
        s.unlink(file)
