"""What the grammars of dialects and embedded listings claim, and the bytes that show it.

`python -m kernel.lab beliefs` prints the table. A claim without bytes says why there are none: it
comes from the producer's source, or from dumps in bug reports that are not kept here.
"""

from __future__ import annotations

import re
from pathlib import Path

from attrs import frozen

ROOT = Path(__file__).parents[2]


@frozen
class Belief:
    """One claim of a grammar.

    ``shown_in`` is a file that a producer printed, relative to the project, and ``pattern`` matches
    the bytes in it that show the claim. Both are empty if there are no such bytes; ``missing`` then
    says why.
    """

    grammar: str
    claim: str
    shown_in: str = ""
    pattern: bytes = b""
    missing: str = ""

    def found(self) -> re.Match[bytes] | None:
        """Return the match in the file, or None. Raises ``OSError`` if the file is missing."""
        return re.search(self.pattern, (ROOT / self.shown_in).read_bytes(), re.MULTILINE)


_NOMMU = "corpus/captures/nommu/6.12-riscv64-nommu"
_QEMU = "corpus/captures/qemu-user"
_LISTINGS = "tests/extraction/listings"
_NO_ANDROID = "no package has the source of such a kernel; its dumps are in bug reports"
_NO_WINDOWS = "it runs on Windows only"
_NO_BSD = "it needs a kernel of FreeBSD, which no package here has"
_NO_GDB_EXTENSION = "not captured: an extension of GDB with a Python environment of its own"
_NO_PHONE = "a report of a phone or a device, which no emulator here runs"


def _dialect(name: str, claim: str, shown_in: str, pattern: bytes) -> Belief:
    return Belief(f"dialects/{name}", claim, shown_in, pattern)


def _listing(name: str, claim: str, shown_in: str, pattern: bytes) -> Belief:
    return Belief(f"embedded/{name}", claim, f"{_LISTINGS}/{shown_in}", pattern)


def _unseen(grammar: str, claim: str, missing: str) -> Belief:
    return Belief(grammar, claim, missing=missing)


BELIEFS: tuple[Belief, ...] = (
    _dialect(
        "nommu",
        "permission S: a file that is mapped directly",
        f"{_NOMMU}/nommu_files.maps",
        rb"^8[0-9a-f]{7}-8[0-9a-f]{7} rw-S 00000000 00:09 \d+ +/t/file$",
    ),
    _dialect(
        "nommu",
        "a newline in a path is printed as it is",
        f"{_NOMMU}/nommu_names.maps",
        rb" /t/names/line\nfeed\n",
    ),
    _dialect(
        "nommu",
        "the stack is the only pseudo-name",
        f"{_NOMMU}/nommu_memory.maps",
        rb" 0 +\[stack\]$",
    ),
    _unseen(
        "dialects/nommu",
        "permission s: a mapping that may be shared but is not",
        "determine_vm_flags() of 6.12 sets VM_SHARED with VM_MAYSHARE",
    ),
    _unseen(
        "dialects/nommu",
        "Linux up to 2.6.12 prints newlines as they are, with an MMU, too",
        "no compiler here builds a kernel of 2005",
    ),
    _dialect(
        "qemu",
        "unnamed memory is padded to the column of names",
        f"{_QEMU}/mips-7.2/plain.maps",
        rb"^(?=[^\n]{73}$)20002000-20003000 r--p 00000000 00:00 0 {34}$",
    ),
    _dialect(
        "qemu",
        "smaps: sizes are not aligned",
        f"{_QEMU}/s390x-10.0/plain.smaps",
        rb"^Size: {18}64 kB$",
    ),
    _dialect(
        "qemu",
        "smaps: no space after the last flag",
        f"{_QEMU}/arm-10.0/plain.smaps",
        rb"^VmFlags: rd wr mr mw$",
    ),
    _dialect(
        "qemu",
        "before 10.0 the heap has no name",
        f"{_QEMU}/x86_64-7.2/label_heap_and_stack.maps",
        rb"^10050000-10090000 rw-p 00000000 00:00 0 +$",
    ),
    _dialect(
        "qemu",
        "x86_64 prints [vsyscall] twice where the kernel has one, too (7.2)",
        f"{_QEMU}/x86_64-7.2/plain.maps",
        rb"(^ffffffffff600000-[^\n]+\[vsyscall\]\n){2}",
    ),
    _unseen(
        "dialects/qemu",
        "before 5.0 the line of unnamed memory ends at its inode",
        "the oldest package here is 7.2",
    ),
    _unseen(
        "dialects/qemu",
        "5.0 to 6.2 print - for shared memory",
        "the oldest package here is 7.2",
    ),
    _unseen(
        "dialects/android",
        "a label is any bytes that the program stores, newlines and brackets, too",
        _NO_ANDROID,
    ),
    _unseen("dialects/android", "<fault>: the label could not be read", _NO_ANDROID),
    _unseen("dialects/android", "smaps has a line Name:", _NO_ANDROID),
    _unseen("dialects/cygwin", "devices of four and four digits, permissions ===", _NO_WINDOWS),
    _unseen("dialects/cygwin", "names of Windows: [peb], [teb (tid N)], [win heap]", _NO_WINDOWS),
    _unseen("dialects/wsl", "names in column 65, smaps with the field Pss only", _NO_WINDOWS),
    _unseen("dialects/wsl", "offsets that are no multiples of the page size", _NO_WINDOWS),
    _unseen("dialects/freebsd", "16 digits, device 00:00, five or eleven spaces", _NO_BSD),
    _unseen(
        "dialects/gvisor",
        "a newline in a path is printed as it is",
        "gVisor's sentry needs a build from source that takes too long for CI",
    ),
    _listing("gdb", "columns to the right (13)", "gdb-13.txt", rb"^ +0x[0-9a-f]+ +0x"),
    _listing("gdb", "columns to the left (18)", "gdb-18.txt", rb"^0x[0-9a-f]+ +0x[0-9a-f]+ "),
    _listing("gdb", "a core file: no permissions", "gdb-13-core.txt", rb"0x[0-9a-f]+ +/"),
    _listing("lldb", "a section after the name", "lldb-14.txt", rb"PT_LOAD\[\d\]$"),
    _listing("lldb", "unmapped ranges", "lldb-14.txt", rb"^\[0x[0-9a-f]+-0x[0-9a-f]+\) ---$"),
    _listing("nt_file", "both addresses, offset, size", "eu-readelf-0.188.txt", rb"^ {6}\w+-\w+ "),
    _listing("pmap", "start, size in KiB, mode", "pmap.txt", rb"^\w{16} +\d+K [r-][w-][x-]"),
    _listing("pmap_x", "resident and dirty memory", "pmap-x.txt", rb"^\w{16} +\d+ +\d+ +\d+ "),
    _listing("pmap_d", "offset and device", "pmap-d.txt", rb" \w{16} \w{3}:\w{5} "),
    _listing("pmap_columns", "the columns of smaps", "pmap-XX.txt", rb"Address Perm +Offset"),
    _listing("perf", "an event of a mapping", "perf-6.1.txt", rb"PERF_RECORD_MMAP2? "),
    _listing("createdump", "addresses and pages", "createdump-3.1.txt", rb"^ \w{16} - \w{16} \("),
    _listing("aspacem", "a segment", "valgrind-3.19.txt", rb"aspacem +\d+: "),
    _listing("system_map", "addresses and properties", "hotspot-25.txt", rb"^0x\w{16}-0x\w{16} "),
    _listing("sanitizer", "addresses and name", "asan-gcc-12.txt", rb"^\t0x\w{12}-0x\w{12}\t"),
    _unseen("embedded/freebsd_map", "a line of FreeBSD's own procfs", _NO_BSD),
    _unseen("embedded/procstat", "a row of procstat -v", _NO_BSD),
    _unseen("embedded/gef", "a row of vmmap in GEF", _NO_GDB_EXTENSION),
    _unseen("embedded/peda", "a row of vmmap in PEDA", _NO_GDB_EXTENSION),
    _unseen("embedded/pwndbg", "a row of vmmap in pwndbg", _NO_GDB_EXTENSION),
    _unseen(
        "embedded/rr",
        "a mapping in the output of rr dump",
        "rr needs the processor's performance counters, which a virtual machine here lacks",
    ),
    _unseen("embedded/no_device", "a line without device and inode (OpenHarmony)", _NO_PHONE),
    _unseen("embedded/old_tombstone", "a line of a tombstone up to Android 4.2", _NO_PHONE),
    _unseen("embedded/tizen", "a line below Maps Information", _NO_PHONE),
    _unseen("embedded/tombstone", "a line of an Android tombstone", _NO_PHONE),
)
"""At least one row for each grammar in ``grammar/dialects`` and ``grammar/embedded``."""
