"""Whole processes: growth, policies, queries, and programs whose maps are known in full."""

from __future__ import annotations

from typing import Literal

from kernel.lab import ops, tiny_elf
from kernel.lab.scenario_builder import HEAP, ScenarioBuilder
from kernel.lab.scenarios.table import ALL, MAPS, scenario


@scenario()
def growth(s: ScenarioBuilder) -> None:
    """A heap that grows; a mapping and the stack that grow down at a store."""
    s.do(ops.brk(0))
    s.do(ops.brk(HEAP + 0x30000))
    s.do(ops.fill(HEAP, s.page, 1))
    s.do(ops.fill(s.guest.stack - 0x40000, 16, 1))


@scenario(files=("maps", "numa_maps"))
def policies(s: ScenarioBuilder) -> None:
    """numa_maps with memory policies, and with the names of heap and stack."""
    arch = s.guest.architecture
    # MPOL_*: include/uapi/linux/mempolicy.h
    local = 4  # takes no nodes
    for mode in (1, 2, 3, local, 5, 2 | 1 << 15, 3 | 1 << 14):
        s.anon(at := s.room(), label=b"policy")
        order: Literal["big", "little"] = "big" if arch.big_endian else "little"
        mask = (0 if mode == local else 1).to_bytes(arch.bits // 8, order)
        s.do(ops.call("mbind", s.at(at), s.page, mode, mask, 1 if mode == local else arch.bits, 0))
        s.do(ops.fill(s.at(at), s.page, 1))


@scenario(files=MAPS)
def queries(s: ScenarioBuilder) -> None:
    """PROCMAP_QUERY and the text: the same mappings by ioctl, with unescaped names."""
    with s.folder(b"/t/queries"):
        addresses = [s.anon(s.room(2), 2, label=b"label"), s.anon(s.room(), 1)]
        addresses += [
            s.map(s.open(b"/t/queries/" + name), s.room())
            for name in (b"plain", b"line\nfeed", b"line\\012feed")
        ]
        addresses.append(s.map(s.memfd(b"x (deleted)"), s.room()))
        addresses.append(s.anon(s.room(), flags="shared", label=b"shared label"))
        maps = s.do(ops.open_(b"/proc/self/maps"))
        for address in addresses:
            s.do(ops.query(maps, address, 0, 4096, 0))
        s.do(ops.query(maps, s.at(0) - 1, 0x10, 4096, 0))
        s.do(ops.query(maps, s.guest.stack, 0, 4096, 0))
        s.do(ops.query(maps, s.at(0) - 1, 0, 4096, 0))
        s.do(ops.query(maps, addresses[0], 0, 3, 0))
        s.snapshot()


@scenario(files=ALL, architectures=("x86_64",))
def one_page(s: ScenarioBuilder) -> None:
    """A program of one page that unmaps all other memory: the whole file is known in advance."""
    _spawn(s, b"/t/one_page", tiny_elf.PROGRAM)


@scenario(files=ALL, architectures=("x86_64",))
def nothing_mapped(s: ScenarioBuilder) -> None:
    """A process that has unmapped all its memory: the rollup of an empty range."""
    _spawn(s, b"/t/nothing", tiny_elf.EMPTY)


def _spawn(s: ScenarioBuilder, folder: bytes, elf: bytes) -> None:
    """Write a program into a folder, start it, and take a snapshot after it stopped itself."""
    path = folder + b"/program"
    with s.folder(folder):
        program = s.open(path, 1)
        s.do(ops.write(program.descriptor, elf))
        s.do(ops.call("close", program.descriptor))
        s.do(ops.spawn(path))
        s.snapshot(held=True)
        s.do(ops.reap())
