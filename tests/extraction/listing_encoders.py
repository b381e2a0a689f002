"""Print the lines of ``maps`` as other programs print them, independent of the package.

A `Program` has the encoder and, for each line, what the program prints of it. The formats are those
of the programs' sources; `tests/extraction/test_listings.py` has real output of some of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import attrs

from procmaps import Device

Facts = tuple[int, int, bytes | None, int | None, Device | None, int | None, bytes, str]
"""Start, end, permissions, offset, device, inode, name, and how much of the name is there."""


@attrs.frozen
class Line:
    """A line of maps, taken apart without the package."""

    start: int
    end: int
    perms: bytes
    offset: int
    device: Device
    inode: int
    name: bytes

    @property
    def size(self) -> int:
        """Size in bytes."""
        return self.end - self.start


def lines_of(text: bytes) -> Iterator[Line]:
    """Take ``maps`` apart."""
    for line in filter(None, text.replace(b"\r\n", b"\n").split(b"\n")):
        start, end = line.split(b" ")[0].split(b"-")
        perms, offset, device, inode, *name = line.split(b" ", 5)[1:]
        major, minor = device.split(b":")
        yield Line(
            int(start, 16),
            int(end, 16),
            perms,
            int(offset, 16),
            Device(int(major, 16), int(minor, 16)),
            int(inode),
            name[0].lstrip(b" ") if name else b"",
        )


@attrs.frozen
class Program:
    """A program that prints mappings."""

    container: str
    encode: Callable[[Sequence[Line]], bytes]
    keeps: Callable[[Line], Facts | None]
    """What it prints of a line; None if it leaves the line out."""


def facts(line: Line, columns: str, name: bytes | None = None, state: str = "whole") -> Facts:
    """Return a line with only some columns: perms or rwx, offset, device, inode."""
    perms = line.perms if "perms" in columns else line.perms[:3] if "rwx" in columns else None
    return (
        line.start,
        line.end,
        perms,
        line.offset if "offset" in columns else None,
        line.device if "device" in columns else None,
        line.inode if "inode" in columns else None,
        line.name if name is None else name,
        state,
    )


def keeping(columns: str) -> Callable[[Line], Facts | None]:
    return lambda line: facts(line, columns)


def rows(
    row: Callable[[Line], bytes], head: bytes = b"", tail: bytes = b""
) -> Callable[[Sequence[Line]], bytes]:
    """Return an encoder with one row for each line."""
    return lambda lines: head + b"".join(row(line) + b"\n" for line in lines) + tail


# --- GDB and LLDB ---------------------------------------------------------------------------------

GDB_HEAD = b"process 815\nMapped address spaces:\n\n"


def gdb_7(line: Line) -> bytes:
    numbers = (line.start, line.end, line.size, line.offset)
    return b"  %18s %18s %10s %10s %b" % (*(b"0x%x" % n for n in numbers), line.name)


def gdb_12(line: Line) -> bytes:
    numbers = (line.start, line.end, line.size, line.offset)
    return b"  %18s %18s %10s %10s  %-5s  %b" % (
        *(b"0x%x" % number for number in numbers),
        line.perms,
        line.name,
    )


def gdb_17(line: Line) -> bytes:
    numbers = (b"0x%x" % line.size, b"0x%x" % line.offset)
    return b"0x%016x 0x%016x %-18s %-18s %-5s %b " % (
        line.start,
        line.end,
        *numbers,
        line.perms,
        line.name,
    )


def files_of_a_core(line: Line) -> Facts | None:
    return facts(line, "offset") if line.inode and line.name.startswith(b"/") else None


def only_files(row: Callable[[Line], bytes], head: bytes) -> Callable[[Sequence[Line]], bytes]:
    encode = rows(row, head)
    return lambda lines: encode([line for line in lines if files_of_a_core(line)])


def lldb(lines: Sequence[Line]) -> bytes:
    """`memory region --all` lists what is between the mappings, too."""
    text = [b"(lldb) memory region --all\n"]
    above = 0
    for line in lines:
        if line.start > above:
            text.append(b"[0x%016x-0x%016x) ---\n" % (above, line.start))
        name = b" " + line.name if line.name else b""
        section = b" PT_LOAD[1]" if line.perms[2:3] == b"x" and line.inode else b""
        text.append(
            b"[0x%016x-0x%016x) %b%b%b\n" % (line.start, line.end, line.perms[:3], name, section)
        )
        above = max(above, line.end)
    return b"".join([*text, b"[0x%016x-0xffffffffffffffff) ---\n" % above])


def kept_by_lldb(line: Line) -> Facts | None:
    return None if line.perms[:3] == b"---" and not line.name else facts(line, "rwx")


def pwndbg(line: Line) -> bytes:
    addresses = (b"0x%x" % line.start, b"0x%x" % line.end)
    name = line.name or b"[anon_%05x]" % (line.start >> 12)
    numbers = (*addresses, line.perms[:3], line.size, line.offset, name)
    return b"%18s %18s %bp %8x %6x %b" % numbers


def gef(line: Line) -> bytes:
    numbers = (line.start, line.end, line.offset, line.perms[:3], line.name)
    return b"0x%016x 0x%016x 0x%016x %b %b" % numbers


def peda(line: Line) -> bytes:
    numbers = (b"0x%08x" % line.start, b"0x%08x" % line.end, line.perms, line.name or b"mapped")
    return b"%-18s %-18s %b\t%b" % numbers


# --- pmap -----------------------------------------------------------------------------------------


def last_part(line: Line) -> tuple[bytes, str]:
    """Return what procps prints as the name: the last part of a path, or [ anon ]."""
    if line.name == b"[stack]":
        return b"  [ stack ]", "whole"
    if b"/" in line.name:
        return line.name.rpartition(b"/")[2], "cut"
    return b"  [ anon ]", "unknown"


def mode(line: Line) -> bytes:
    return line.perms[:3] + (b"s" if line.perms[3:4] in b"sS" else b"-") + b"-"


def pmap(line: Line) -> bytes:
    return b"%016x %6dK %b %b" % (line.start, line.size >> 10, mode(line), last_part(line)[0])


def pmap_x(line: Line) -> bytes:
    numbers = (line.start, line.size >> 10, 4, 0, mode(line), last_part(line)[0])
    return b"%016x %7d %7d %7d %b %b" % numbers


def pmap_d(line: Line) -> bytes:
    numbers = (line.start, line.size >> 10, mode(line), line.offset)
    device = b"%03x:%05x" % (line.device.major, line.device.minor)
    return b"%016x %7d %b %016x %b %b" % (*numbers, device, last_part(line)[0])


def columns(line: Line) -> bytes:
    """Print a row of ``pmap -XX``, where the columns are as wide as needed."""
    name = line.name.rpartition(b"/")[2] if b"/" in line.name else line.name
    device = b"%02x:%02x" % (line.device.major, line.device.minor)
    head = (b"%08x" % line.start, line.perms, line.offset, device, line.inode, line.size >> 10)
    return b"%16s %b %08x %6s %6d %4d    4    0 rd wr mr mw me %b" % (*head, name)


def pmap_X(line: Line) -> bytes:  # noqa: N802 - the option is a capital letter
    return columns(line).replace(b"    4    0 rd wr mr mw me ", b" 4    0 ", 1)


def busybox(line: Line) -> bytes:
    return b"%016x %7dK %b  %b" % (line.start, line.size >> 10, line.perms, line.name)


def busybox_x(line: Line) -> bytes:
    size = line.size >> 10
    return b"%016x %7d %7d %7d %7d  %b  %b" % (line.start, size, 4, 0, 0, line.perms, line.name)


def kept_by_pmap(names: str) -> Callable[[Line], Facts | None]:
    def keeps(line: Line) -> Facts | None:
        printed, state = last_part(line)
        name = {b"  [ anon ]": b"", b"  [ stack ]": b"[stack]"}.get(printed, printed)
        return facts(line, names, name, state)

    return keeps


def kept_by_columns(line: Line) -> Facts | None:
    if b"/" not in line.name:
        return facts(line, "perms offset device inode")
    return facts(line, "perms offset device inode", line.name.rpartition(b"/")[2], "cut")


TITLES = b"Address Perm   Offset Device  Inode Size Rss Pss"

# --- other systems and programs -------------------------------------------------------------------


def freebsd(line: Line) -> bytes:
    kind, name = (b"vnode", line.name) if line.name else (b"default", b"-")
    flags = b"4 0 0x1004 COW NC"
    numbers = (line.start, line.end, line.perms[:3], flags, kind, name)
    return b"0x%x 0x%x 1 0 0xfffff80003a8b4b0 %b %b %b %b NCH -1" % numbers


def procstat(line: Line) -> bytes:
    addresses = (b"0x%x" % line.start, b"0x%x" % line.end, line.perms[:3])
    return b"  815 %18s %18s %b    5    6   1   0 CN--- vn %b" % (*addresses, line.name)


def perf(line: Line) -> bytes:
    offset = b"%#x" % line.offset if line.offset else b"0"
    device = b"%02x:%02x %d 0" % (line.device.major, line.device.minor, line.inode)
    numbers = (line.start, line.size, offset, device, line.perms, line.name or b"//anon")
    return (
        b"cat   815  480.009205: PERF_RECORD_MMAP2 815/815: [0x%x(0x%x) @ %b %b]: %b %b" % numbers
    )


def perf_build_id(line: Line) -> bytes:
    offset = b"%#x" % line.offset if line.offset else b"0"
    numbers = (line.start, line.size, offset, line.perms, line.name)
    return b"0 0x1 [0x80]: PERF_RECORD_MMAP2 815/816: [0x%x(0x%x) @ %b <0badcafe>]: %b %b" % numbers


def kept_by_perf(line: Line) -> Facts | None:
    return facts(line, "perms device inode" + " offset" * bool(line.inode))


def rr(line: Line) -> bytes:
    number = (line.device.major & 0xFFF) << 8 | line.device.minor & 0xFF
    number |= (line.device.minor & ~0xFF) << 12
    head = (line.name, line.start, line.size, line.perms, line.offset, number, line.inode)
    return (
        b'  { map_file:"%b", addr:0x%x, length:0x%x, prot_flags:"%b", file_offset:0x%x, device:%d, '
        b'inode:%d, data_file:"/t/1", data_offset:0x0, file_size:0x1000 }'
    ) % head


def aspacem(lines: Sequence[Line]) -> bytes:
    """Print the segments as Valgrind does, with the names in a table above them."""
    head = b"--815:1: aspacem "
    names = [*dict.fromkeys(line.name for line in lines if line.inode)]
    text = [head + b"<<< SHOW_SEGMENTS: Memory layout (%d segments)\n" % len(lines)]
    text += [head + b"(%d,%d,4) %b\n" % (i, i * 9, name) for i, name in enumerate(names)]
    for number, line in enumerate(lines):
        size = b"%7d" % line.size if line.size < 10**7 else b"%6dm" % (line.size >> 20)
        row = b"%010x-%010x %b %b--" % (line.start, line.end - 1, size, line.perms[:3])
        if line.inode:
            device = line.device.major << 8 | line.device.minor
            index = names.index(line.name)
            place = (device, line.inode, line.offset, index, index * 9)
            text.append(
                head + b"%3d: file %b d=0x%03x i=%-7d o=%-7d (%d,%d)\n" % (number, row, *place)
            )
        else:
            text.append(head + b"%3d: ANON %b\n" % (number, row))
        text.append(head + b"%3d:      %010x-%010x   1344m\n" % (number, line.end, line.end + 4095))
    return b"".join([*text, head + b">>>\n"])


def kept_by_aspacem(line: Line) -> Facts | None:
    return (
        facts(line, "rwx offset device inode") if line.inode else facts(line, "rwx", b"", "unknown")
    )


def hotspot(line: Line) -> bytes:
    row = b"0x%016x-0x%016x %12d %b %12d %12d 4K   %-16s %-37s %b"
    use = (b"com,nothp", b"STACK-31148-Attach Listener", line.name or b"-")
    return row % (line.start, line.end, line.size, line.perms, 4096, 0, *use)


def hotspot_first(line: Line) -> bytes:
    name = b" " + line.name if line.name else b""
    row = b"0x%016x - 0x%016x %10d %b %10d %10d 4k  %-16s JAVAHEAP%b"
    return row % (line.start, line.end, line.size, line.perms, 4096, 0, b"thp,thpadv", name)


def createdump(line: Line) -> bytes:
    private = b"-p" if line.perms[3:4] == b"p" else b"s-"
    flags = sum(
        flag for letter, flag in zip(b"rwx", (4, 2, 1), strict=True) if letter in line.perms
    )
    flags |= 0x20 if line.perms[3:4] == b"p" else 0x10
    head = (line.start, line.end, line.size >> 12, line.offset, line.perms[:3] + private)
    return b" %016x - %016x (%06x) %016x %b %02x %b" % (*head, flags, line.name)


def createdump_3(line: Line) -> bytes:
    """.NET Core 3 prints no permissions, a decimal size, and a name up to its first space."""
    row = createdump(line).split(b") ", 1)
    rest = re.sub(rb"^(\S+) \S+ (\S+ ?[^ ]*).*", rb"\1 \2", row[1], flags=re.DOTALL)
    return b" %016x - %016x (%06d) %b" % (line.start, line.end, line.size >> 12, rest)


def kept_by_createdump_3(line: Line) -> Facts | None:
    state = "perhaps cut" if line.name.startswith(b"/") else "whole"
    return facts(line, "perms offset", line.name.split(b" ")[0], state)


def nt_file(line: Line) -> bytes:
    numbers = (line.start, line.end, line.offset, line.size, line.name)
    return b"      %08x-%08x %08x %-12d        %b" % numbers


def tizen(line: Line) -> bytes:
    return b"%08x %08x %b %b" % (line.start, line.end, line.perms, line.name)


def openharmony(line: Line) -> bytes:
    return b"%x-%x %b %08x %b" % (line.start, line.end, line.perms, line.offset, line.name)


def without_offset(line: Line) -> bytes:
    return b"%08x-%08x %b %b" % (line.start, line.end, line.perms, line.name)


def tombstone_4_2(lines: Sequence[Line]) -> bytes:
    text = [
        b"    %08x-%08x %b\n" % (line.start, line.end, line.name)
        for line in lines
        if kept_by_android_4_2(line)
    ]
    return b"memory map around fault addr deadbaad:\n" + b"".join(reversed(text))


def kept_by_android_4_2(line: Line) -> Facts | None:
    """Android had only 32 bits then."""
    return facts(line, "") if line.end < 1 << 32 else None


PROGRAMS: dict[str, Program] = {
    "GDB 7": Program("gdb info proc mappings", rows(gdb_7, GDB_HEAD), keeping("offset")),
    "GDB 12": Program("gdb info proc mappings", rows(gdb_12, GDB_HEAD), keeping("perms offset")),
    "GDB 17": Program("gdb info proc mappings", rows(gdb_17, GDB_HEAD), keeping("perms offset")),
    "GDB 7, core": Program("gdb info proc mappings", only_files(gdb_7, GDB_HEAD), files_of_a_core),
    "LLDB": Program("lldb memory region", lldb, kept_by_lldb),
    "pwndbg": Program(
        "pwndbg vmmap",
        rows(pwndbg, b"LEGEND: STACK | HEAP | CODE | DATA | WX | RODATA\n"),
        keeping("rwx offset"),
    ),
    "GEF": Program("gef vmmap", rows(gef), keeping("rwx offset")),
    "PEDA": Program("peda vmmap", rows(peda), keeping("perms")),
    "pmap": Program("pmap", rows(pmap, b"815:   cat\n"), kept_by_pmap("perms")),
    "pmap -x": Program("pmap -x", rows(pmap_x, b"815:   cat\n"), kept_by_pmap("perms")),
    "pmap -d": Program("pmap -d", rows(pmap_d), kept_by_pmap("perms offset device")),
    "pmap -X": Program("pmap -X", rows(pmap_X, TITLES + b" Mapping\n"), kept_by_columns),
    "pmap -XX": Program(
        "pmap -X", rows(columns, TITLES + b"           VmFlags Mapping\n"), kept_by_columns
    ),
    "BusyBox pmap": Program("pmap", rows(busybox), keeping("perms")),
    "BusyBox pmap -x": Program("pmap -x", rows(busybox_x), keeping("perms")),
    "FreeBSD": Program("freebsd /proc/PID/map", rows(freebsd), keeping("rwx")),
    "procstat": Program("procstat -v", rows(procstat), keeping("rwx")),
    "perf": Program("perf script", rows(perf), kept_by_perf),
    "perf, build ID": Program(
        "perf script",
        lambda lines: rows(perf_build_id)([line for line in lines if line.inode and line.name]),
        lambda line: facts(line, "perms offset") if line.inode and line.name else None,
    ),
    "rr": Program("rr dump", rows(rr), keeping("perms offset device inode")),
    "Valgrind": Program("valgrind aspacem", aspacem, kept_by_aspacem),
    "HotSpot": Program("hotspot System.map", rows(hotspot), keeping("perms")),
    "HotSpot, first": Program("hotspot System.map", rows(hotspot_first), keeping("perms")),
    "createdump": Program(
        "createdump", rows(createdump, b"Module mappings:\n"), keeping("perms offset")
    ),
    ".NET Core 3": Program("createdump", rows(createdump_3), kept_by_createdump_3),
    "eu-readelf": Program("eu-readelf -n", only_files(nt_file, b"    3 files:\n"), files_of_a_core),
    "Tizen": Program("tizen", rows(tizen, b"Maps Information\n"), keeping("perms")),
    "OpenHarmony": Program("openharmony", rows(openharmony, b"Maps:\n"), keeping("perms offset")),
    "cut columns": Program("maps without device", rows(without_offset), keeping("perms")),
    "Android 4.2": Program("tombstone up to android 4.2", tombstone_4_2, kept_by_android_4_2),
}
"""Every program, and those of its releases that print another format."""
