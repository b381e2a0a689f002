r"""An independent printer: it prints mappings with the kernel's format strings.

It shares nothing with `procmaps.render`, so that tests can compare the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import attrs

from corpus.tools.builder.model import FieldLine, Json, Vma, text

Header = Callable[[Vma], bytes]

# --- the header line ------------------------------------------------------------------------------


def _prefix(vma: Vma) -> bytes:
    """show_map_vma(): "%08lx-%08lx %c%c%c%c %08llx %02x:%02x %lu " (fs/proc/task_mmu.c)."""
    return b"%08x-%08x %s %08x %02x:%02x %d " % (
        vma.start,
        vma.end,
        vma.perms.encode(),
        vma.offset,
        vma.major,
        vma.minor,
        vma.inode,
    )


def _padded(prefix: bytes, name: bytes, pointer: int) -> bytes:
    """seq_setwidth(m, 25 + sizeof(void *) * 6 - 1), then seq_pad(m, ' '): one space at least."""
    return prefix.ljust(25 + pointer * 6 - 1) + b" " + name if name else prefix


def linux64(vma: Vma) -> bytes:
    """Print as any 64-bit kernel since 2.4.27: name at column 73, one space after a bare inode."""
    return _padded(_prefix(vma), vma.name.raw, 8)


def linux32(vma: Vma) -> bytes:
    """Print as any 32-bit kernel since 2.4.27: name at column 49."""
    return _padded(_prefix(vma), vma.name.raw, 4)


def linux_2_4(vma: Vma) -> bytes:
    """2.4.0-2.4.17, 32-bit: MAPS_LINE_FORMAT4 "%08lx-%08lx %s %08lx %s %lu", no space after it."""
    prefix = _prefix(vma).rstrip(b" ")
    return prefix.ljust(49) + vma.name.raw if vma.name.raw else prefix


def linux_2_4_64(vma: Vma) -> bytes:
    """2.4.0-2.4.17, 64-bit: MAPS_LINE_FORMAT8 "%016lx-%016lx %s %016lx %s %lu"."""
    prefix = b"%016x-%016x %s %016x %02x:%02x %d" % (
        vma.start,
        vma.end,
        vma.perms.encode(),
        vma.offset,
        vma.major,
        vma.minor,
        vma.inode,
    )
    return prefix.ljust(73) + vma.name.raw if vma.name.raw else prefix


def parisc(vma: Vma) -> bytes:
    """Print as 32-bit parisc 4.17-6.5, where a wrong __clzdi2() counts the upper word as well.

    So `seq_put_hex_ll()` prints every number but 0 with eight more digits.
    """

    def hexadecimal(number: int, width: int) -> bytes:
        digits = len(f"{number:x}") + 8 if number else 1
        return b"%0*x" % (max(digits, width), number)

    prefix = b"%s-%s %s %s %s:%s %d " % (
        hexadecimal(vma.start, 8),
        hexadecimal(vma.end, 8),
        vma.perms.encode(),
        hexadecimal(vma.offset, 8),
        hexadecimal(vma.major, 2),
        hexadecimal(vma.minor, 2),
        vma.inode,
    )
    return prefix + b" " + vma.name.raw if vma.name.raw else prefix


def spaced(spaces: int, *, digits: int = 8, offset: int = 8, trailing: int = 1) -> Header:
    """Return a printer with a fixed number of spaces before the name."""

    def header(vma: Vma) -> bytes:
        prefix = b"%0*x-%0*x %s %0*x %02x:%02x %d" % (
            digits,
            vma.start,
            digits,
            vma.end,
            vma.perms.encode(),
            offset,
            vma.offset,
            vma.major,
            vma.minor,
            vma.inode,
        )
        return prefix + b" " * spaces + vma.name.raw if vma.name.raw else prefix + b" " * trailing

    return header


def column(width: int, *, trailing: int = 1) -> Header:
    """Return a printer that pads to *width* columns before the name (QEMU, WSL)."""
    bare = spaced(0, trailing=0)

    def header(vma: Vma) -> bytes:
        prefix = bare(attrs.evolve(vma, name=attrs.evolve(vma.name, raw=b"")))
        if not vma.name.raw:
            return prefix + b" " * trailing
        return (prefix + b" ").ljust(width) + vma.name.raw

    return header


def cygwin(vma: Vma) -> bytes:
    """Print as `format_process_maps()` of Cygwin: padded to column 62, even without a name."""
    prefix = b"%08x-%08x %s %08x %04x:%04x %d   " % (
        vma.start,
        vma.end,
        vma.perms.encode(),
        vma.offset,
        vma.major,
        vma.minor,
        vma.inode,
    )
    return prefix.ljust(62) + vma.name.raw


# --- the fields of smaps --------------------------------------------------------------------------

MEMBERS = {
    "Size": "size",
    "KernelPageSize": "kernel_page_size",
    "MMUPageSize": "mmu_page_size",
    "Rss": "rss",
    "Pss": "pss",
    "Pss_Dirty": "pss_dirty",
    "Pss_Anon": "pss_anon",
    "Pss_File": "pss_file",
    "Pss_Shmem": "pss_shmem",
    "Shared_Clean": "shared_clean",
    "Shared_Dirty": "shared_dirty",
    "Private_Clean": "private_clean",
    "Private_Dirty": "private_dirty",
    "Referenced": "referenced",
    "Anonymous": "anonymous",
    "KSM": "ksm",
    "LazyFree": "lazy_free",
    "AnonHugePages": "anon_huge_pages",
    "ShmemPmdMapped": "shmem_pmd_mapped",
    "FilePmdMapped": "file_pmd_mapped",
    "Shared_Hugetlb": "shared_hugetlb",
    "Private_Hugetlb": "private_hugetlb",
    "Swap": "swap",
    "SwapPss": "swap_pss",
    "Writeback": "writeback",
    "WritebackHuge": "writeback_huge",
    "Same": "same",
    "Huge": "huge",
    "SwapShared": "swap_shared",
    "Locked": "locked",
    "Nonlinear": "nonlinear",
    "THPeligible": "thp_eligible",
    "ProtectionKey": "protection_key",
}
"""The keys of fields and their members in the JSON form."""

BARE = frozenset({"THPeligible", "ProtectionKey"})
"""Keys of fields without a unit."""


def size(key: str, kilobytes: int, *, label: int = 16, width: int = 8) -> FieldLine:
    """SEQ_PUT_DEC("Rss:            ", ...): "%8lu kB" after a key padded to 16 columns."""
    printed = (key + ":").ljust(label).encode() + b"%*d kB" % (width, kilobytes)
    return FieldLine(key, kilobytes, printed)


def count(key: str, number: int, *, label: bytes | None = None, width: int = 8) -> FieldLine:
    """Return a number without a unit: "ProtectionKey:  %8u"."""
    before = (key + ":").ljust(16).encode() if label is None else label
    return FieldLine(key, number, before + b"%*d" % (width, number))


def flags(*words: str) -> FieldLine:
    """show_smap_vma_flags(): "VmFlags: ", then each flag and a space."""
    value = b" " + b"".join(word.encode() + b" " for word in words)
    return FieldLine("VmFlags", value, b"VmFlags:" + value)


def other(key: str, value: bytes) -> FieldLine:
    """Return an unknown field. *value* is everything after the colon."""
    return FieldLine(key, value, key.encode() + b":" + value)


def raw_flags(value: bytes) -> FieldLine:
    """Return VmFlags as some ports print it. *value* is everything after the colon."""
    return FieldLine("VmFlags", value, b"VmFlags:" + value)


_FIRST = "Size Rss Shared_Clean Shared_Dirty Private_Clean Private_Dirty"
_PSS = "Size Rss Pss Shared_Clean Shared_Dirty Private_Clean Private_Dirty Referenced"
_PAGES = "KernelPageSize MMUPageSize"
_MODERN = f"Size {_PAGES} Rss Pss Shared_Clean Shared_Dirty Private_Clean Private_Dirty Referenced"

FIELDS: dict[str, str] = {
    "2.6.18": _FIRST,
    "2.6.24": f"{_FIRST} Referenced",
    "2.6.32": f"{_PSS} Swap {_PAGES}",
    "3.4": f"{_PSS} Anonymous AnonHugePages Swap {_PAGES} Locked",
    "3.10": f"{_PSS} Anonymous AnonHugePages Swap {_PAGES} Locked VmFlags",
    "4.4": f"{_PSS} Anonymous AnonHugePages Shared_Hugetlb Private_Hugetlb Swap SwapPss {_PAGES} "
    "Locked VmFlags",
    "4.9": f"{_PSS} Anonymous AnonHugePages ShmemPmdMapped Shared_Hugetlb Private_Hugetlb Swap "
    f"SwapPss {_PAGES} Locked VmFlags",
    "4.12": f"{_PSS} Anonymous LazyFree AnonHugePages ShmemPmdMapped Shared_Hugetlb "
    f"Private_Hugetlb Swap SwapPss {_PAGES} Locked VmFlags",
    "4.14": f"{_MODERN} Anonymous LazyFree AnonHugePages ShmemPmdMapped Shared_Hugetlb "
    "Private_Hugetlb Swap SwapPss Locked VmFlags",
    "5.0": f"{_MODERN} Anonymous LazyFree AnonHugePages ShmemPmdMapped Shared_Hugetlb "
    "Private_Hugetlb Swap SwapPss Locked THPeligible VmFlags",
    "5.4": f"{_MODERN} Anonymous LazyFree AnonHugePages ShmemPmdMapped FilePmdMapped "
    "Shared_Hugetlb Private_Hugetlb Swap SwapPss Locked THPeligible VmFlags",
    "5.10": f"{_MODERN} Anonymous LazyFree AnonHugePages ShmemPmdMapped FilePmdMapped "
    "Shared_Hugetlb Private_Hugetlb Swap SwapPss Locked THPeligible VmFlags",
    "6.1": f"{_MODERN.replace('Pss', 'Pss Pss_Dirty')} Anonymous LazyFree AnonHugePages "
    "ShmemPmdMapped FilePmdMapped Shared_Hugetlb Private_Hugetlb Swap SwapPss Locked THPeligible "
    "VmFlags",
    "6.12": f"{_MODERN.replace('Pss', 'Pss Pss_Dirty')} Anonymous KSM LazyFree AnonHugePages "
    "ShmemPmdMapped FilePmdMapped Shared_Hugetlb Private_Hugetlb Swap SwapPss Locked THPeligible "
    "VmFlags",
}
"""The fields of show_smap() in order, by the first release that has them among the trees that were
read. Since 4.14 (493b0e9d945f) the page sizes follow Size."""

ROLLUP_FIELDS: dict[str, str] = {
    "4.14": "Rss Pss Shared_Clean Shared_Dirty Private_Clean Private_Dirty Referenced Anonymous "
    "LazyFree AnonHugePages ShmemPmdMapped Shared_Hugetlb Private_Hugetlb Swap SwapPss Locked",
    "5.4": "Rss Pss Pss_Anon Pss_File Pss_Shmem Shared_Clean Shared_Dirty Private_Clean "
    "Private_Dirty Referenced Anonymous LazyFree AnonHugePages ShmemPmdMapped FilePmdMapped "
    "Shared_Hugetlb Private_Hugetlb Swap SwapPss Locked",
    "6.1": "Rss Pss Pss_Dirty Pss_Anon Pss_File Pss_Shmem Shared_Clean Shared_Dirty Private_Clean "
    "Private_Dirty Referenced Anonymous LazyFree AnonHugePages ShmemPmdMapped FilePmdMapped "
    "Shared_Hugetlb Private_Hugetlb Swap SwapPss Locked",
    "6.12": "Rss Pss Pss_Dirty Pss_Anon Pss_File Pss_Shmem Shared_Clean Shared_Dirty Private_Clean "
    "Private_Dirty Referenced Anonymous KSM LazyFree AnonHugePages ShmemPmdMapped FilePmdMapped "
    "Shared_Hugetlb Private_Hugetlb Swap SwapPss Locked",
}
"""The fields of show_smaps_rollup() in order, after the header of [rollup]."""


def line_of(key: str, release: str, value: int) -> FieldLine:
    """Return a field in the format of the kernel *release*."""
    if key == "Private_Hugetlb":
        # "Private_Hugetlb: %7lu kB"
        return size(key, value, label=17, width=7)
    if key == "FilePmdMapped" and release == "5.4":
        # "FilePmdMapped: ", one column short until 5.8.
        return size(key, value, label=15)
    if key == "THPeligible":
        # "THPeligible:    %d" 5.0 and 5.10; "THPeligible:\t\t%d" 5.4; "THPeligible:    %8u" 6.12
        if release == "5.4":
            return count(key, value & 1, label=b"THPeligible:\t\t", width=0)
        return count(key, value & 1, width=8 if release == "6.12" else 0)
    if key in BARE:
        return count(key, value)
    # Labels were padded to 15 columns until 2.6.20.
    return size(key, value, label=15 if release == "2.6.18" else 16)


def lines_of(vma: Vma, release: str, number: int = 0) -> tuple[FieldLine, ...]:
    """Return all fields of one mapping. All values differ, so that a mix-up shows."""
    found: list[FieldLine] = []
    for position, key in enumerate(FIELDS[release].split()):
        if key == "VmFlags":
            letters = zip(("rd", "wr", "ex", "sh"), vma.perms, strict=True)
            words = [word for word, letter in letters if letter in "rwxs"]
            # A shared mapping has VM_SHARED if it may be written, and always VM_MAYSHARE.
            shared = ("ms",) if vma.perms.endswith("s") else ()
            found.append(flags(*words, "mr", "mw", "me", *shared))
        elif key == "Size":
            found.append(line_of(key, release, (vma.end - vma.start) // 1024))
        elif key.endswith("PageSize"):
            found.append(line_of(key, release, 4))
        else:
            found.append(
                line_of(key, release, 4 * (position + 1) + 100 * number + (key == "THPeligible"))
            )
    return tuple(found)


# --- records --------------------------------------------------------------------------------------


def record(vma: Vma, lines: Iterable[FieldLine] | None = None) -> Json:
    """Return a mapping in the JSON form (``docs/json.md``)."""
    made: Json = {
        "start": hex(vma.start),
        "end": hex(vma.end),
        "perms": vma.perms,
        "offset": hex(vma.offset),
        "device": {"major": vma.major, "minor": vma.minor},
        "inode": str(vma.inode),
        "name": vma.name.json(),
    }
    if lines is not None:
        made["usage"] = _usage(lines)
    return made


def _usage(lines: Iterable[FieldLine]) -> Json:
    usage: Json = {}
    extra: list[Json] = []
    for line in lines:
        member = MEMBERS.get(line.key)
        if member is not None and isinstance(line.value, int):
            usage[member] = line.value * (1 if line.key in BARE else 1024)
        elif line.key == "VmFlags" and isinstance(line.value, bytes):
            words: list[Any] = [w.decode() for w in line.value.split(b" ") if w]
            usage["vm_flags"] = text(line.value) | {"flags": words}
        else:
            value = line.printed.partition(b":")[2]
            extra.append({"key": line.key} | text(value))
    if extra:
        usage["extra"] = extra
    return usage
