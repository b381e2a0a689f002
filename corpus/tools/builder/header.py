# ruff: noqa: E501 - rows of tables are read across
"""Extreme values of the numbers and letters of the header line."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from corpus.tools.builder import printer
from corpus.tools.builder.making import BASE, FOLLOWER, make
from corpus.tools.builder.model import (
    NONE,
    PAGE,
    STACK,
    Case,
    Likely,
    Vma,
    file_vma,
    path,
)

SHOW = "show_vma_header_prefix(), fs/proc/task_mmu.c"
X = path(b"/opt/x")


UNLIKELY = frozenset({"address-last-page", "address-2-63"})
"""Addresses that no kernel gives to a program."""


def cases() -> Iterator[Case]:
    """Yield addresses, permissions, offsets, devices, inodes, then widths."""
    yield from _addresses()
    for bits in product("r-", "w-", "x-", "ps"):
        perms = "".join(bits)
        yield _one(
            f"perms-{perms.replace('-', '_')}", f"Permissions {perms}.", _file(perms=perms), "perms"
        )
    yield from _numbers()
    yield from _widths()


def _file(**more: object) -> Vma:
    return file_vma(BASE, BASE + 4 * PAGE, X, **({"offset": 3 * PAGE} | more))


def _one(
    name: str,
    shows: str,
    mapping: Vma,
    feature: str,
    *,
    since: str = "2.6.32",
    until: str = "",
    source: str = SHOW,
    likely: Likely | None = None,
) -> Case:
    ordinary = _file() if mapping.name == X else Vma(BASE, BASE + 4 * PAGE, name=mapping.name)
    return make(
        "header", name, shows, sorted([mapping, FOLLOWER], key=lambda vma: vma.start),
        source=source, since=since, until=until, tags=("header",), feature=feature, likely=likely,
        control=None if mapping == ordinary else [ordinary, FOLLOWER],
    )  # fmt: skip


def _addresses() -> Iterator[Case]:
    top = 2**64
    rows = (
        ("address-zero", 0, PAGE, "A mapping at address 0, printed as eight zeros."),
        ("address-8-digits", 0x08048000, 0x0804C000, "Addresses of eight digits, the minimum width."),
        ("address-9-digits", 0x100000000, 0x100001000, "Addresses of nine digits: eight is only the minimum width."),
        ("address-8-to-9-digits", 0xFFFFF000, 0x100000000, "A start of eight digits and an end of nine, at 4 GiB."),
        ("address-11-digits", 0x10000000000, 0x10000001000, "Addresses of eleven digits."),
        ("address-13-digits", 0x1000000000000, 0x1000000001000, "Addresses of thirteen digits."),
        ("address-five-level", 0xFEDCBA98765000, 0xFEDCBA98766000, "An address of 57 bits, with five page levels."),
        ("address-high-half", 0xFFFF800000000000, 0xFFFF800000001000, "An address with the sign bit set."),
        ("address-last-page", top - 2 * PAGE, top - PAGE, "The last page with an end below 2^64."),
        ("address-2-31", 0x80000000, 0x80001000, "An address of 2^31: negative as a signed 32-bit number."),
        ("address-2-63", 2**63 - PAGE, 2**63, "A mapping that ends at 2^63."),
        ("address-all-digits", 0x123456789000, 0xABCDEF000000, "Addresses with every hexadecimal digit."),
        ("size-128-tib", 0x100000000000, 0x7F0000000000, "A mapping of over 100 TiB."),
    )  # fmt: skip
    for name, start, end, shows in rows:
        unlikely: Likely | None = "hypothetical" if name in UNLIKELY else None
        yield _one(name, shows, Vma(start, end), "address", likely=unlikely)
    yield _one(
        "address-equal",
        "A one-page stack with a hidden guard page: start and end are equal.",
        Vma(BASE, BASE, name=STACK),
        "address",
        since="2.6.32",
        until="4.11",
        source="stack_guard_page_start(), 2.6.32.y to 4.11",
    )


def _numbers() -> Iterator[Case]:
    offsets = (
        ("zero", 0, "0, printed as eight zeros."),
        ("page", PAGE, "one page."),
        ("8-digits", 0xFFFFF000, "the highest page with eight digits."),
        ("9-digits", 2**32, "2^32: nine digits."),
        ("13-digits", 2**48, "2^48: thirteen digits."),
        ("2-31", 2**31, "2^31: negative as a signed 32-bit number."),
        ("2-53", 2**53 + PAGE, "above 2^53: a double can represent it."),
        ("2-63", 2**63, "2^63: negative as a signed 64-bit number."),
        ("highest", 2**64 - PAGE, "the last page below 2^64: sixteen digits."),
    )
    for name, offset, shows in offsets:
        yield _one(f"offset-{name}", f"The offset is {shows}", _file(offset=offset), "offset")
    yield _one(
        "offset-anonymous",
        "An unnamed mapping with an offset: vm_pgoff was printed even if meaningless.",
        Vma(BASE, BASE + PAGE, offset=BASE),
        "offset",
        since="2.6.18",
        until="2.6.24",
        source="show_map() up to 2.6.24",
    )
    inodes = (
        ("zero", 0, "0, although the mapping has a file."),
        ("one", 1, "1."),
        ("2-31", 2**31, "2^31: negative as a signed 32-bit number."),
        ("2-32", 2**32, "2^32: more than 32 bits."),
        ("2-53", 2**53 + 1, "2^53 + 1: the first that a double cannot represent."),
        ("2-63", 2**63, "2^63: negative as a signed 64-bit number."),
        ("highest", 2**64 - 1, "2^64 - 1: twenty digits."),
        (
            "hexadecimal-look",
            10000000,
            "10000000: decimal, although it looks binary or hexadecimal.",
        ),
    )
    for name, inode, shows in inodes:
        yield _one(f"inode-{name}", f"The inode is {shows}", _file(inode=inode), "inode")
    devices = (
        ("zero", 0, 0, "00:00, although the mapping has a file (FUSE, btrfs and others)."),
        ("letters", 0xFD, 0xAB, "fd:ab: hexadecimal letters."),
        ("like-decimal", 0x10, 0x10, "10:10, which is hexadecimal: 16 and 16."),
        ("eight-bits", 0xFF, 0xFF, "ff:ff: the highest numbers of eight bits."),
        ("major-12-bits", 0x103, 5, "103:05: an NVMe disk, major 259."),
        ("minor-20-bits", 8, 0xFFFFF, "08:fffff: the highest minor number."),
        ("minor-9-bits", 8, 0x100, "08:100: the first minor number above eight bits."),
        ("highest", 0xFFF, 0xFFFFF, "fff:fffff: the highest numbers."),
    )
    for name, major, minor, shows in devices:
        source = 'MAJOR() 12 bits, MINOR() 20 bits: "%02x:%02x" is a minimum'
        yield _one(
            f"device-{name}",
            f"The device is {shows}",
            _file(major=major, minor=minor),
            "device",
            source=source,
        )


def _widths() -> Iterator[Case]:
    long = file_vma(
        2**63, 2**63 + PAGE, X, offset=2**63, major=0xFFF, minor=0xFFFFF, inode=2**64 - 1
    )
    yield _one(
        "width-overlong",
        "A prefix longer than 73 columns, then two spaces and the name.",
        long,
        "width",
        likely="hypothetical",
    )
    bare = Vma(2**63, 2**63 + PAGE, "rw-s", 2**63, 0xFFF, 0xFFFFF, 2**64 - 1, NONE)
    yield _one(
        "width-overlong-unnamed",
        "A prefix longer than 73 columns, without a name.",
        bare,
        "width",
        likely="hypothetical",
    )
    mappings = [
        file_vma(0x08048000, 0x0804C000, path(b"/bin/cat"), major=3, minor=1, inode=12288),
        Vma(0xBFFFF000, 0xC0000000, "rwxp", 0xFFFFF000),
    ]
    yield make(
        "header", "linux-2.4", "Linux 2.4: no space after the inode of an unnamed mapping.", mappings,
        source='MAPS_LINE_FORMAT4 "%08lx-%08lx %s %08lx %s %lu", fs/proc/array.c', since="2.4.0",
        until="2.4.17", header=printer.linux_2_4, kinds=("maps",), tags=("header", "old", "32-bit"),
        feature="old-format", disputed="linux-2.4", control=mappings, control_header=printer.linux32,
    )  # fmt: skip
    wide = [
        file_vma(0x120000000, 0x120008000, path(b"/bin/cat"), major=8, minor=3, inode=12288),
        Vma(0x11FFFF000, 0x120000000),
    ]
    yield make(
        "header", "linux-2.4-64-bit", "Linux 2.4, 64-bit: addresses and offset of sixteen digits.",
        sorted(wide, key=lambda vma: vma.start),
        source='MAPS_LINE_FORMAT8 "%016lx-%016lx %s %016lx %s %lu", fs/proc/array.c',
        since="2.4.0", until="2.4.17", header=printer.linux_2_4_64, kinds=("maps",),
        tags=("header", "old"), feature="old-format", disputed="linux-2.4",
        control=sorted(wide, key=lambda vma: vma.start), control_header=printer.linux64,
    )  # fmt: skip
    yield make(
        "header", "linux-2.6-32-bit", "A 32-bit kernel: names start at column 49.", mappings,
        source="25 + sizeof(void *) * 6", since="2.6.18", until="2.6.24", header=printer.linux32,
        tags=("header", "32-bit"), feature="width", control=mappings, control_header=printer.linux64,
        likely="kernels",
    )  # fmt: skip
    wrong = [
        file_vma(0x10000, 0x19000, path(b"/usr/bin/cat"), major=8, minor=5), Vma(0x20000, 0x30000),
    ]  # fmt: skip
    yield make(
        "header", "parisc-wide", "A wrong width: addresses of thirteen digits, device numbers of nine.",
        wrong,
        source="seq_put_hex_ll() on 32-bit parisc, 4.17 to 6.5", since="4.17", until="6.5",
        header=printer.parisc, tags=("header", "32-bit"), feature="width", control=wrong,
        control_header=printer.linux32,
    )  # fmt: skip
    yield make(
        "header", "alone", "A file of one line.", [_file()], source=SHOW, since="2.6.18",
        tags=("header",), feature="plain", control=None,
    )  # fmt: skip
    many = [
        file_vma(BASE + n * PAGE, BASE + (n + 1) * PAGE, path(b"/opt/lib%d.so" % n), inode=n + 1)
        for n in range(100)
    ]
    yield make(
        "header", "many-areas", "A hundred mappings, more than one page of output.", many,
        source="seq_read() fills a page at a time, fs/seq_file.c", since="2.6.18", kinds=("maps",),
        tags=("header", "long"), feature="many-mappings", control=many[:2],
    )  # fmt: skip
