"""Lines around a dump that show its container, its beginning or its end."""

from __future__ import annotations

import re

import attrs

from procmaps.extraction.pmap_names import columns_of_pmap
from procmaps.extraction.results import Container


@attrs.frozen
class Marker:
    """A line without a mapping that says something about a dump beside it."""

    container: Container | None = None
    """The container of the dump below; None if the line does not show it."""
    declared: int | None = None
    """The number of mappings that the line announces or has counted."""
    is_end: bool = False
    """Whether the line ends a dump instead of beginning one."""
    listing: str = ""
    """The listing of another program whose titles the line has."""
    columns: tuple[int, bool] | None = None
    """The titles of ``pmap -X``: how many fields of smaps, and whether flags follow them."""


_HEADINGS: tuple[tuple[Container, re.Pattern[bytes]], ...] = (
    # os::print_dll_info (src/hotspot/os/linux/os_linux.cpp)
    ("hs_err", re.compile(rb"Dynamic libraries:[ \t\r]*$")),
    # DumpProcessMap (compiler-rt/lib/sanitizer_common/sanitizer_common.cpp)
    ("sanitizer", re.compile(rb"Process memory map follows:")),
    # ProfileData::FlushTable and DumpProcSelfMaps (gperftools src/profiledata.cc)
    ("mapped_libraries", re.compile(rb"MAPPED_LIBRARIES:")),
    # rb_vm_bugreport (ruby vm_dump.c)
    ("ruby", re.compile(rb"\* Process memory map:")),
    # print_memory_maps (debuggerd/libdebuggerd/tombstone.cpp): "(%zu entries):". Before Android 8
    # "memory map:" with a remark, in the first releases "memory map around addr".
    # DfxProcess::PrintProcessMapsByConfig (faultloggerd, OpenHarmony)
    ("openharmony", re.compile(rb"^Maps:[ \t\r]*$")),
    ("tombstone", re.compile(rb"memory map(?: \((?P<count>[0-9]{1,9}) entr(?:y|ies)\)| around|:)")),
)

_TITLES: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    (
        "gdb info proc mappings",
        re.compile(rb"Mapped address spaces:|Start Addr +End Addr +Size +Offset"),
    ),
    ("pwndbg vmmap", re.compile(rb"LEGEND: STACK|Start +End +Perm +Size +Offset")),
    ("gef vmmap", re.compile(rb"Start +End +Offset +Perm +Path")),
    ("peda vmmap", re.compile(rb"Start +End +Perm[ \t]+Name")),
    ("pmap", re.compile(rb"Address +Kbytes")),
    ("pmap -X", re.compile(rb"Address +Perm +Offset +Device +Inode")),
    ("procstat -v", re.compile(rb"PID +START +END +PRT")),
    ("hotspot System.map", re.compile(rb"from +to +vsize prot")),
    ("createdump", re.compile(rb"(?:Module|Other) mappings ?(?:\([0-9]+\))?:")),
    ("valgrind aspacem", re.compile(rb"<<< SHOW_SEGMENTS:")),
    ("eu-readelf -n", re.compile(rb"^[ \t]{0,16}[0-9]{1,6} files:")),
    ("tizen", re.compile(rb"Maps Information")),
)
"""The titles above the listings of other programs."""

_ENDS = (
    re.compile(rb"Memory Regions ?(?:\([0-9]+\))?:"),  # createdump
    re.compile(rb"Total number of mappings: (?P<count>[0-9]{1,9})"),
    re.compile(rb"End of process memory map\."),
    re.compile(rb"TOTAL SIZE: 0x[0-9a-f]+K"),
)

_COMMAND = re.compile(
    rb"(?:[#$%>]|^)[ \t]{0,4}(?:sudo )?(?:cat|less|more|head|tail|adb) [^\n]{0,64}/proc/"
)
"""A command that prints another dump."""

_COREDUMP = re.compile(rb"COREDUMP_PROC_MAPS(?:=|\"?[ \t]*:)")
"""systemd-coredump's field in the journal (src/coredump/coredump.c)."""

_WINDOW = 64
"""Bytes before a dump that are searched for the name of the field."""


def find_marker(text: bytes) -> Marker | None:
    """Return what *text* says about the dump below or above it, or None."""
    for container, heading in _HEADINGS:
        if found := heading.search(text):
            return Marker(container, _count(found))
    for end in _ENDS:
        if found := end.search(text):
            return Marker(None, _count(found), is_end=True)
    for listing, titles in _TITLES:
        if titles.search(text):
            return Marker(listing=listing, columns=columns_of_pmap(text))
    if _COREDUMP.search(text):
        return Marker("coredump")
    if _COMMAND.search(text):
        return Marker()
    return None


def is_coredump(prefix: bytes) -> bool:
    """Return whether a dump after *prefix* is a field of systemd's journal."""
    return bool(_COREDUMP.search(prefix[-_WINDOW:]))


def _count(found: re.Match[bytes]) -> int | None:
    count = found.groupdict().get("count")
    return int(count) if count else None
