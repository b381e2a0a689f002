"""Whole processes: how one grows, what else is told of it, and one known to the last byte."""

from __future__ import annotations

from typing import Literal

from kernel.lab import ops, tiny_elf
from kernel.lab.scenarios.table import ALL, MAPS, scenario
from kernel.lab.scene import HEAP, Scene


@scenario()
def growth(s: Scene) -> None:
    """A heap that grows, a mapping that grows down under a store, the stack likewise."""
    s.do(ops.brk(0))
    s.do(ops.brk(HEAP + 0x30000))
    s.do(ops.fill(HEAP, s.page, 1))
    s.do(ops.fill(s.place.stack - 0x40000, 16, 1))


@scenario(files=("maps", "numa_maps"))
def policies(s: Scene) -> None:
    """numa_maps with memory policies, and with the names of heap and stack."""
    arch = s.place.architecture
    # MPOL_*: include/uapi/linux/mempolicy.h
    local = 4  # takes no nodes
    for mode in (1, 2, 3, local, 5, 2 | 1 << 15, 3 | 1 << 14):
        s.anon(at := s.room(), label=b"policy")
        order: Literal["big", "little"] = "big" if arch.big_endian else "little"
        mask = (0 if mode == local else 1).to_bytes(arch.bits // 8, order)
        s.do(ops.call("mbind", s.at(at), s.page, mode, mask, 1 if mode == local else arch.bits, 0))
        s.do(ops.fill(s.at(at), s.page, 1))


@scenario(files=MAPS)
def queries(s: Scene) -> None:
    """PROCMAP_QUERY beside the text: the same mappings by ioctl, names unescaped."""
    with s.folder(b"/t/queries"):
        places = [s.anon(s.room(2), 2, label=b"label"), s.anon(s.room(), 1)]
        places += [
            s.map(s.open(b"/t/queries/" + name), s.room())
            for name in (b"plain", b"line\nfeed", b"line\\012feed")
        ]
        places.append(s.map(s.memfd(b"x (deleted)"), s.room()))
        places.append(s.anon(s.room(), flags="shared", label=b"shared label"))
        maps = s.do(ops.open_(b"/proc/self/maps"))
        for address in places:
            s.do(ops.query(maps, address, 0, 4096, 0))
        s.do(ops.query(maps, s.at(0) - 1, 0x10, 4096, 0))
        s.do(ops.query(maps, s.place.stack, 0, 4096, 0))
        s.do(ops.query(maps, s.at(0) - 1, 0, 4096, 0))
        s.do(ops.query(maps, places[0], 0, 3, 0))
        s.snapshot()


@scenario(files=ALL, architectures=("x86_64",))
def one_page(s: Scene) -> None:
    """A program of one page that unmaps all else: the whole file is known beforehand."""
    _spawn(s, b"/t/one_page", tiny_elf.PROGRAM)


@scenario(files=ALL, architectures=("x86_64",))
def nothing_mapped(s: Scene) -> None:
    """A process that has unmapped all its memory: the rollup of an empty range."""
    _spawn(s, b"/t/nothing", tiny_elf.EMPTY)


def _spawn(s: Scene, folder: bytes, elf: bytes) -> None:
    """Write a program into a folder, start it, and look at it once it has stopped itself."""
    path = folder + b"/program"
    with s.folder(folder):
        program = s.open(path, 1)
        s.do(ops.write(program.descriptor, elf))
        s.do(ops.call("close", program.descriptor))
        s.do(ops.spawn(path))
        s.snapshot(held=True)
        s.do(ops.reap())
