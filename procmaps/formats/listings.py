"""Listings of a process's memory that other programs print, one `Listing` for each.

Debuggers, tools and crash reporters read ``maps`` or ask the kernel, and print what they found in a
form of their own. ``grammar/embedded`` has the syntax of one row of each; this table has the rest.
"""

from __future__ import annotations

from typing import Literal

import attrs

Column = Literal["perms", "sharing", "offset", "device", "inode", "name"]
"""A column of ``maps`` that a listing may not print. ``sharing`` is the letter p or s."""

NameRule = Literal["any", "label", "kernel", "last part"]
"""What a name in a listing may be.

Any text; a path or text in brackets; a path or a name that the kernel invents; the last part of a
path.
"""


@attrs.frozen
class Listing:
    """The listing of one program.

    name        Name of the listing: what a person types, or the program and its report.
    grammar     Name of the file in ``grammar/embedded``, without its ending.
    program     The program that prints it, and its option or report.
    columns     The columns of a row, as the program prints them.
    lacks       The columns of ``maps`` that no row has.
    source      Where the format is known from: releases whose output was captured, source files.
    cue         A text that every row contains; a cheap search for it comes first.
    names       What a name may be.
    unnamed     Names that mean unnamed memory.
    may_lack    The columns of ``maps`` that only some rows or releases have.
    end_is_last Whether the end is the last address, not the first one after it.
    has_holes   Whether it lists ranges that are no mappings; its grammar has a rule ``hole``.
    """

    name: str
    grammar: str
    program: str
    columns: str
    lacks: frozenset[Column]
    source: str
    cue: bytes = b""
    names: NameRule = "any"
    unnamed: frozenset[bytes] = frozenset()
    may_lack: frozenset[Column] = frozenset()
    end_is_last: bool = False
    has_holes: bool = False


def _columns(*names: Column) -> frozenset[Column]:
    return frozenset(names)


LISTINGS: tuple[Listing, ...] = (
    Listing(
        "gdb info proc mappings",
        "gdb",
        "GDB, of a process or a core file",
        "start, end, size, offset, permissions (since GDB 12), name",
        _columns("device", "inode"),
        "output of 13.1 and 18.1; linux_info_proc, gdb/linux-tdep.c",
        b"0x",
        names="label",
        may_lack=_columns("perms", "sharing"),
    ),
    Listing(
        "lldb memory region",
        "lldb",
        "LLDB",
        "start, end, permissions, name, section of the file",
        _columns("sharing", "offset", "device", "inode"),
        "output of 14.0.6; CommandObjectMemoryRegion, CommandObjectMemory.cpp",
        b"[0x",
        names="label",
        has_holes=True,
    ),
    Listing(
        "pwndbg vmmap",
        "pwndbg",
        "pwndbg, an extension of GDB and LLDB",
        "start, end, permissions, size, offset, name",
        _columns("sharing", "device", "inode"),
        "format_address and Page, pwndbg/lib/memory.py",
        b"0x",
    ),
    Listing(
        "gef vmmap",
        "gef",
        "GEF, an extension of GDB",
        "start, end, offset, permissions, name",
        _columns("sharing", "device", "inode"),
        "VMMapCommand, gef.py",
        b"0x",
        names="label",
    ),
    Listing(
        "peda vmmap",
        "peda",
        "PEDA, an extension of GDB",
        "start, end, permissions, name",
        _columns("offset", "device", "inode"),
        "PEDACmd.vmmap, peda.py",
        b"0x",
        names="label",
        unnamed=frozenset({b"mapped"}),
    ),
    Listing(
        "pmap",
        "pmap",
        "procps, also with -p; BusyBox",
        "start, size, permissions, name",
        _columns("offset", "device", "inode"),
        "output of procps 4.0.2; src/pmap.c; BusyBox procps/pmap.c",
        names="last part",
        may_lack=_columns("name"),
    ),
    Listing(
        "pmap -x",
        "pmap_x",
        "procps, also with -p; BusyBox",
        "start, size, resident, dirty, permissions, name",
        _columns("offset", "device", "inode"),
        "output of procps 4.0.2; src/pmap.c; BusyBox procps/pmap.c",
        names="last part",
        may_lack=_columns("name"),
    ),
    Listing(
        "pmap -d",
        "pmap_d",
        "procps",
        "start, size, permissions, offset, device, name",
        _columns("inode"),
        "output of procps 4.0.2; src/pmap.c",
        b":",
        names="last part",
        may_lack=_columns("name"),
    ),
    Listing(
        "pmap -X",
        "pmap_columns",
        "procps, also -XX",
        "start, permissions, offset, device, inode, size and other fields of smaps, flags, name",
        _columns(),
        "output of procps 4.0.2; print_extended_maps, src/pmap.c",
        b":",
        names="last part",
        may_lack=_columns("name"),
    ),
    Listing(
        "freebsd /proc/PID/map",
        "freebsd_map",
        "FreeBSD, its own procfs",
        "start, end, resident, private resident, object, permissions, counts, flags, type, name",
        _columns("sharing", "offset", "device", "inode"),
        "procfs_doprocmap, sys/fs/procfs/procfs_map.c",
        b"COW ",
        unnamed=frozenset({b"-"}),
    ),
    Listing(
        "procstat -v",
        "procstat",
        "FreeBSD",
        "process, start, end, permissions, resident, private, counts, flags, type, name",
        _columns("sharing", "offset", "device", "inode"),
        "procstat_vm, usr.bin/procstat/procstat_vm.c",
        b"0x",
        names="label",
    ),
    Listing(
        "perf script",
        "perf",
        "perf script --show-mmap-events, perf report -D",
        "process, start, size, offset, device, inode, permissions, name",
        _columns(),
        "output of 6.1.192; perf_event__fprintf_mmap2, tools/perf/util/event.c",
        b"PERF_RECORD_MMAP",
        unnamed=frozenset({b"//anon"}),
        may_lack=_columns("perms", "sharing", "offset", "device", "inode"),
    ),
    Listing(
        "rr dump",
        "rr",
        "rr dump -p",
        "name, start, length, permissions, offset, device, inode",
        _columns(),
        "dump_events_matching, src/DumpCommand.cc",
        b"map_file:",
        unnamed=frozenset({b"<ZERO>"}),
    ),
    Listing(
        "valgrind aspacem",
        "aspacem",
        "valgrind -d -d",
        "kind, start, last address, size, permissions, device, inode, offset, number of the name",
        _columns("sharing"),
        "output of 3.19.0; show_nsegment, coregrind/m_aspacemgr/aspacemgr-linux.c",
        b"aspacem",
        may_lack=_columns("offset", "device", "inode", "name"),
        end_is_last=True,
        has_holes=True,
    ),
    Listing(
        "hotspot System.map",
        "system_map",
        "jcmd PID System.map, -XX:+PrintMemoryMapAtExit",
        "start, end, size, permissions, resident, huge pages, page size, notes, use, name",
        _columns("offset", "device", "inode"),
        "output of Temurin 25.0.2; src/hotspot/os/linux/memMapPrinter_linux.cpp",
        b"0x",
        unnamed=frozenset({b"-"}),
    ),
    Listing(
        "createdump",
        "createdump",
        ".NET: createdump --diag",
        "start, end, pages, offset, permissions (newer releases), flags, name",
        _columns("device", "inode"),
        "output of .NET Core 3.1.23; MemoryRegion::Trace, createdump/memoryregion.h",
        b") ",
        names="label",
        may_lack=_columns("name"),
    ),
    Listing(
        "eu-readelf -n",
        "nt_file",
        "elfutils: the note NT_FILE of a core file",
        "start, end, offset, size, name",
        _columns("perms", "sharing", "device", "inode"),
        "output of 0.188; handle_file_note, src/readelf.c",
        b" /",
        names="kernel",
    ),
    Listing(
        "tizen",
        "tizen",
        "crash reports of Tizen: Maps Information",
        "start, end, permissions, name",
        _columns("offset", "device", "inode"),
        "reports of Tizen 2.3.0 and 2.3.1 in public repositories",
        names="label",
    ),
    Listing(
        "maps without device",
        "no_device",
        "cppcrash of OpenHarmony (Maps:), small kernels, scripts",
        "start, end, permissions, offset, name",
        _columns("device", "inode"),
        "DfxMap::ToString, faultloggerd, dfx_map.cpp",
        b"-",
        names="label",
        may_lack=_columns("offset"),
    ),
    Listing(
        "tombstone up to android 4.2",
        "old_tombstone",
        "debuggerd of Android up to 4.2: memory map around addr",
        "start, end, name",
        _columns("perms", "sharing", "offset", "device", "inode"),
        "dump_nearby_maps, system/core/debuggerd/utility.c",
        b"-",
        names="kernel",
    ),
)
"""Every listing, those with more columns before those with fewer."""
