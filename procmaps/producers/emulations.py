"""Emulations of Linux and the procfs of other systems."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from procmaps.formats.header_line import (
    CYGWIN_COLUMN,
    WSL_COLUMN,
    HeaderFormat,
    WordSize,
    linux_header,
)
from procmaps.formats.releases import Release, Span
from procmaps.formats.smaps_fields import FieldFormat
from procmaps.producers.model import Producer, SmapsLine
from procmaps.producers.smaps_lines import lines_at


def _gvisor(name: str, word_size: WordSize) -> Producer:
    """pkg/sentry/mm/procfs.go: "%08x-%08x %s%s %08x %02x:%02x %d ", padded to 73."""
    release = Release.parse("4.4")
    header = linux_header(release, 64)
    return Producer(
        name=name,
        kind="gvisor",
        release=release,
        word_size=word_size,
        dialect="gvisor",
        header=attrs.evolve(header, gap=1, device_bits=(32, 20)),
        smaps=lines_at(release),
    )


def _qemu(name: str, word_size: WordSize) -> Producer:
    """linux-user/syscall.c since 8.1: "%*s%s" pads; every size is unaligned after 23 columns.

    A prefix of exactly 73 bytes is followed by the name without a space: `HeaderFormat.mirrored`.
    Unnamed memory is padded, too, if this machine's kernel prints a space after its inode: QEMU
    then reads an empty path there (read_self_maps(), util/selfmap.c).
    """
    release = Release.parse("6.1")
    header = linux_header(release, word_size)
    return Producer(
        name=name,
        kind="qemu",
        release=release,
        word_size=word_size,
        dialect="qemu",
        header=attrs.evolve(
            header,
            column=73,
            gap=0,
            tail=b"",
            filled=True,
            mirrored=True,
            inode_bits=63,
            offset_bits=64,
        ),
        smaps=tuple(map(_unaligned, (line for line in lines_at(release) if line.required))),
        flags_tail=b"",
    )


def _unaligned(line: SmapsLine) -> SmapsLine:
    columns = {"kB": 23, "count": 16, "flags": 0, "name": 0}[line.field.unit]
    suffix = b" kB" if line.field.unit == "kB" else b""
    label = (line.field.key + b":").ljust(columns)
    return attrs.evolve(line, format=FieldFormat(Span(), label, 0, suffix))


def _wsl(name: str, word_size: WordSize) -> Producer:
    """Dumps of WSL 1 in bug reports: names at column 65, ``Pss:`` alone in smaps."""
    release = Release.parse("4.4")
    header = linux_header(release, word_size)
    pss = tuple(line for line in lines_at(release) if line.field.key == b"Pss")
    return Producer(
        name=name,
        kind="wsl",
        release=release,
        word_size=word_size,
        dialect="wsl",
        header=attrs.evolve(header, column=WSL_COLUMN),
        smaps=pss,
    )


def _freebsd(name: str, word_size: WordSize) -> Producer:
    """linprocfs_doprocmaps(): l64_map_str and l32_map_str; vdso_str begins with six spaces."""
    return Producer(
        name=name,
        kind="freebsd",
        release=None,
        word_size=word_size,
        dialect="freebsd",
        header=HeaderFormat(
            address_digits=word_size // 4,
            offset_digits=8,
            device_digits=2,
            column=0,
            gap=5,
            bracket_gap=11,
            tail=b" ",
            address_bits=word_size,
            offset_bits=word_size,
            inode_bits=word_size,
            device_bits=(0, 0),
        ),
        pathless=frozenset({"vdso", "stack"}),
    )


def _cygwin(name: str, word_size: WordSize) -> Producer:
    """winsup/cygwin/fhandler/process.cc: "%08lx-%08lx %s %08lx %04x:%04x %U   ", padded to 62."""
    return Producer(
        name=name,
        kind="cygwin",
        release=None,
        word_size=word_size,
        dialect="cygwin",
        header=HeaderFormat(
            address_digits=8,
            offset_digits=8,
            device_digits=4,
            column=CYGWIN_COLUMN,
            gap=3,
            tail=b"",
            filled=True,
            address_bits=word_size,
            offset_bits=word_size,
            inode_bits=64,
            device_bits=(16, 16),
            sharing="psg",
            reserved=True,
        ),
        # And the names that its own grammar adds.
        pathless=frozenset({"heap"}),
    )


EMULATIONS: dict[str, tuple[tuple[WordSize, ...], Callable[[str, WordSize], Producer]]] = {
    "gvisor": ((64,), _gvisor),
    "qemu-user": ((64, 32), _qemu),
    "wsl": ((64,), _wsl),
    "freebsd": ((64, 32), _freebsd),
    "cygwin": ((64, 32), _cygwin),
}
"""Word sizes (the usual one first) and constructor of each emulation, by name."""
