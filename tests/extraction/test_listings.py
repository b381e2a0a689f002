"""Listings that other programs printed of one process, compared with its ``maps``.

``listings/maps.txt`` is the process as the kernel printed it; the other files are what each program
printed at the same time. ``listings/README.md`` says how they were made. The expectation is
calculated here from ``maps.txt``, with what the program leaves out, and without the package.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from procmaps import Device
from procmaps.extraction import Extract, PartialMapping, extract
from tests.extraction.listing_encoders import Facts, Line, lines_of

FOLDER = Path(__file__).parent / "listings"


def truth() -> Iterator[Line]:
    return lines_of((FOLDER / "maps.txt").read_bytes())


def facts(mapping: PartialMapping) -> Facts:
    m = mapping
    return (m.start, m.end, m.perms, m.offset, m.device, m.inode, m.name, m.name_state)


def everything(line: Line) -> Facts:
    return (
        *(line.start, line.end, line.perms, line.offset, line.device, line.inode, line.name),
        "whole",
    )


def gdb(line: Line) -> Facts:
    return (line.start, line.end, line.perms, line.offset, None, None, line.name, "whole")


def core(line: Line) -> Facts | None:
    """A core file lists files only, without permissions."""
    if not line.inode:
        return None
    return (line.start, line.end, None, line.offset, None, None, line.name, "whole")


def lldb(line: Line) -> Facts | None:
    """LLDB prints memory without permissions and name as it prints no memory."""
    if line.perms == b"---p" and not line.name:
        return None
    return (line.start, line.end, line.perms[:3], None, None, None, line.name, "whole")


def last_part(line: Line) -> tuple[bytes, str]:
    """Pmap prints the last part of a path, and [ anon ] for all memory but the stack."""
    if line.name == b"[stack]":
        return line.name, "whole"
    if b"/" in line.name:
        return line.name.rpartition(b"/")[2], "cut"
    return b"", "unknown"


def pmap(line: Line) -> Facts:
    return (line.start, line.end, line.perms, None, None, None, *last_part(line))


def pmap_with_paths(line: Line) -> Facts:
    name, state = (line.name, "whole") if b"/" in line.name else last_part(line)
    return (line.start, line.end, line.perms, None, None, None, name, state)


def pmap_device(line: Line) -> Facts:
    return (line.start, line.end, line.perms, line.offset, line.device, None, *last_part(line))


def pmap_columns(line: Line) -> Facts:
    name, state = last_part(line) if b"/" in line.name else (line.name, "whole")
    return (
        *(line.start, line.end, line.perms, line.offset, line.device, line.inode),
        *(name, state),
    )


def createdump(line: Line) -> Facts:
    """.NET Core 3 reads a name up to its first space."""
    state = "perhaps cut" if line.name.startswith(b"/") else "whole"
    name = line.name.split(b" ")[0]
    return (line.start, line.end, line.perms, line.offset, None, None, name, state)


PROGRAMS: dict[str, tuple[str, Callable[[Line], Facts | None]]] = {
    "maps": ("plain", everything),
    "gdb-13": ("gdb info proc mappings", gdb),
    "gdb-13-core": ("gdb info proc mappings", core),
    "gdb-18": ("gdb info proc mappings", gdb),
    "gdb-18-core": ("gdb info proc mappings", core),
    "lldb-14": ("lldb memory region", lldb),
    "pmap": ("pmap", pmap),
    "pmap-p": ("pmap", pmap_with_paths),
    "pmap-x": ("pmap -x", pmap),
    "pmap-d": ("pmap -d", pmap_device),
    "pmap-X": ("pmap -X", pmap_columns),
    "pmap-XX": ("pmap -X", pmap_columns),
    "pmap-Xp": ("pmap -X", everything),
    "createdump-3.1": ("createdump", createdump),
    "eu-readelf-0.188": ("eu-readelf -n", core),
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_has_what_the_program_printed(program: str) -> None:
    container, expectation = PROGRAMS[program]
    dumps = extract((FOLDER / f"{program}.txt").read_bytes())
    assert {dump.container for dump in dumps} == {container}
    found = sorted(facts(mapping) for dump in dumps for mapping in dump.mappings)
    assert found == sorted(filter(None, map(expectation, truth())))


@pytest.mark.parametrize("program", PROGRAMS)
def test_prints_it_as_the_kernel_does(program: str) -> None:
    for dump in extract((FOLDER / f"{program}.txt").read_bytes()):
        assert not [p for p in dump.snapshot.problems if p.kind == "unparsed"]
        for mapping, record in zip(dump.mappings, dump.snapshot, strict=True):
            assert (mapping.start, mapping.end) == (record.start, record.end)
            assert mapping.name == record.name.raw
            assert mapping.perms is None or str(record.perms).startswith(mapping.perms.decode())
            assert mapping.offset in (None, record.offset)
            assert mapping.device in (None, record.device)
            assert mapping.inode in (None, record.inode)


def only(name: str) -> Extract:
    (dump,) = extract((FOLDER / f"{name}.txt").read_bytes())
    return dump


def test_lldb_does_not_tell_a_guard_from_nothing() -> None:
    dump = only("lldb-14")
    reasons = {line.raw: line.reason for line in dump.skipped}
    assert reasons[b"[0x0000000020000000-0x0000000020003000) ---"] == "not mapped"


def test_sanitizer_prints_addresses_and_names() -> None:
    text = (FOLDER / "asan-gcc-12.txt").read_bytes()
    rows = re.findall(rb"(?m)^\t0x(\w+)-0x(\w+)\t(.*)$", text)
    dump = only("asan-gcc-12")
    assert dump.container == "sanitizer"
    assert dump.assumed == {"perms", "sharing", "offset", "device", "inode"}
    found = [(m.start, m.end, m.name) for m in dump.mappings]
    assert found == [(int(start, 16), int(end, 16), name) for start, end, name in rows]
    assert len(found) == 45


def test_perf_prints_events() -> None:
    dump = only("perf-6.1")
    assert dump.container == "perf script"
    # Offsets of memory without a file are page numbers, not what maps prints.
    assert dump.assumed == {"offset"}
    names = [mapping.name for mapping in dump.mappings]
    assert names[:2] == [b"[stack]", b"/opt/demo/demo"]
    assert names[5] == b""
    assert names[13] == b"/opt/demo/a b"
    assert {mapping.process for mapping in dump.mappings} == {29991}
    assert facts(dump.mappings[14]) == (
        *(0x10004000, 0x10006000, b"rw-s", 0, Device(0xFE, 0), 926954, b"/opt/demo/5"),
        "whole",
    )
    assert (dump.mappings[5].start, dump.mappings[5].offset) == (0x4A9000, None)


def test_valgrind_prints_segments() -> None:
    dump = only("valgrind-3.19")
    assert dump.container == "valgrind aspacem"
    assert dump.assumed == {"sharing", "offset", "device", "inode", "name"}
    assert len(dump.mappings) == 18
    demo = Device(0xFE, 0)
    assert facts(dump.mappings[1]) == (
        *(0x401000, 0x47A000, b"r-x", 4096, demo, 926950, b"/opt/demo/demo"),
        "whole",
    )
    assert facts(dump.mappings[4]) == (
        *(0x4A9000, 0x4AE000, b"rw-", None, None, None, b""),
        "unknown",
    )
    assert dump.mappings[6].name == b"/usr/libexec/valgrind/memcheck-amd64-linux"
    reserved = [line.raw for line in dump.skipped]
    assert len(reserved) == 12
    assert {line.reason for line in dump.skipped} == {"not mapped"}


def test_hotspot_prints_a_system_map() -> None:
    dump = only("hotspot-25")
    assert dump.container == "hotspot System.map"
    assert dump.assumed == {"offset", "device", "inode"}
    assert facts(dump.mappings[0]) == (
        *(0xE000000, 0xE050000, b"rw-p", None, None, None, b""),
        "whole",
    )
    assert facts(dump.mappings[6]) == (
        *(0x55D49A014000, 0x55D49A015000, b"r-xp", None, None, None, b"/opt/jdk/bin/java"),
        "whole",
    )
    assert dump.mappings[10].name == b"[heap]"
    assert dump.mappings[11].name == b""
