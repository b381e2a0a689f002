"""The header line: how it is laid out, and what of that changed in which release of Linux.

`procmaps.producers` prints lines by this table, `procmaps.explanation` tells by it which releases
could have printed one.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import attrs

from procmaps.formats.releases import Release, Span, releases_named

Bits = Literal[32, 64]


@attrs.frozen
class FormatChange:
    """Something about the header line that not every release has."""

    span: Span
    """The mainline releases that have it."""
    source: str
    """The kernel function, commit or tree that says so."""


LINE_FORMAT = FormatChange(
    Span.of("2.2", "2.4.17|2.4.27"),
    "MAPS_LINE_FORMAT4 and MAPS_LINE_FORMAT8, fs/proc/array.c of the 2.4.17 tree",
)
"""All hexadecimal digits of a long, and nothing behind the inode of unnamed memory."""

SEQ_FILE = FormatChange(
    Span.of("2.4.17|2.4.27"),
    "show_map() of the 2.4.27 tree; show_vma_header_prefix() since 4.17",
)
"""Eight digits at least, and one space behind the inode of unnamed memory."""

ESCAPED = FormatChange(
    Span.of("2.6.12|2.6.18"),
    'mangle_path(m, path, "\\n"), fs/seq_file.c: "" for the escaped characters in the 2.6.12 tree',
)
r"""A newline in a path is printed as ``\012``."""

ANONYMOUS_OFFSET = FormatChange(
    Span.of("", "2.6.24|2.6.32"),
    "show_map() printed the vm_pgoff of anonymous memory too in the 2.6.24 tree, not in 2.6.32",
)
"""Memory without a file can have an offset that is not 0."""

WIDE_OFFSET = FormatChange(
    Span.of("2.6.24|2.6.32"),
    '"%08llx" in show_map(): "%08lx" in the 2.6.24 tree',
)
"""The offset has 64 bits on 32-bit kernels, too."""

HIDDEN_GUARD = FormatChange(
    Span.of("2.6.24|3.4", "3.19|4.12"),
    "stack_guard_page_start(), in the 3.4 to 3.19 trees and in stable 2.6.32.69; gone from 4.12",
)
"""A stack starts one page later than it does: one of a single page has an empty range."""

EXCESS_DIGITS = FormatChange(
    Span.of("4.17", "6.5|6.11"),
    "32-bit kernels whose __clzdi2() counts only one word, parisc and s64ilp32 RISC-V: "
    "num_to_str() and seq_put_hex_ll() take each number for eight digits longer",
)
"""Zeros too many before every hexadecimal number but 0, on few machines."""

EMPTY_ROLLUP = FormatChange(Span.of("4.14|6.1"), "show_smaps_rollup() of 6.1")
"""Where there is no mapping smaps_rollup has its header all the same, from 0 to 0."""

WIDE_INODE = FormatChange(Span.of("6.14|7.1"), "i_ino is 64 bits wide in the 7.1 tree")
"""The inode has 64 bits on 32-bit kernels, too."""

TRAITS = (
    LINE_FORMAT, SEQ_FILE, ESCAPED, ANONYMOUS_OFFSET, WIDE_OFFSET, HIDDEN_GUARD, EXCESS_DIGITS,
    EMPTY_ROLLUP, WIDE_INODE,
)  # fmt: skip
"""Every one of them, oldest first."""

NAME_COLUMNS: Mapping[Bits, int] = MappingProxyType({32: 49, 64: 73})
"""Word size of the kernel in bits, and the column of the name counted from 0: 25, and six for each
byte of a pointer (``show_map()``; ``show_vma_header_prefix()`` since 4.17)."""

CYGWIN_COLUMN = 62
"""winsup/cygwin/fhandler/process.cc."""

WSL_COLUMN = 65
"""Dumps of the first Windows Subsystem for Linux in bug reports."""


@attrs.frozen
class HeaderFormat:
    """How a header line is laid out, and which numbers fit in it. Widths are least widths."""

    address_digits: int
    offset_digits: int
    device_digits: int
    column: int
    """Where a name begins, counted from 0, where what stands before it is short enough."""
    gap: int
    """The fewest spaces between the inode and a name."""
    tail: bytes
    """What follows the inode of an unnamed mapping: a space or nothing."""
    address_bits: int
    offset_bits: int
    inode_bits: int
    device_bits: tuple[int, int] = (12, 20)
    """Bits of the major and of the minor number: ``MINORBITS``, include/linux/kdev_t.h, 2.6."""
    sharing: str = "ps"
    """The characters that can stand fourth in the permissions."""
    reserved: bool = False
    """Whether ``===`` can stand for the permissions."""
    bracket_gap: int = 0
    """The same as `gap` before a name in brackets, where that differs."""
    filled: bool = False
    """Whether an unnamed mapping is padded to the column, too."""
    mirrored: bool = False
    """Whether what overruns the column is followed by as many spaces as it overran: what C's
    ``%*s`` makes of a negative width."""
    excess_digits: int = 0
    """Zeros too many in front of every hexadecimal number but 0."""

    def hexadecimal(self, number: int, digits: int) -> bytes:
        """*number* in at least *digits* digits."""
        text = b"%x" % number
        wide = len(text) + self.excess_digits if number else 0
        return text.rjust(max(digits, wide), b"0")

    def prefix(
        self,
        start: int,
        end: int,
        perms: str,
        offset: int,
        device: tuple[int, int],
        inode: int,
    ) -> bytes:
        """Return the line up to and including the inode; *device* is (major, minor)."""
        return b"%s-%s %s %s %s:%s %d" % (
            self.hexadecimal(start, self.address_digits),
            self.hexadecimal(end, self.address_digits),
            perms.encode("ascii"),
            self.hexadecimal(offset, self.offset_digits),
            self.hexadecimal(device[0], self.device_digits),
            self.hexadecimal(device[1], self.device_digits),
            inode,
        )

    def line(self, prefix: bytes, name: bytes) -> bytes:
        """Return the whole line without its line end."""
        return prefix + self.padding(len(prefix), name) + name

    def padding(self, length: int, name: bytes) -> bytes:
        """Return the text between a prefix of *length* bytes and *name*."""
        if not name and not self.filled:
            return self.tail
        if self.mirrored:
            return b" " * abs(self.column - length)
        gap = self.bracket_gap if self.bracket_gap and name.startswith(b"[") else self.gap
        return b" " * max(self.column - length, gap)


def linux_header(release: Release, bits: Bits) -> HeaderFormat:
    """The header line of mainline *release* on a kernel of that word size."""
    if LINE_FORMAT.span.covers(release):
        return HeaderFormat(
            address_digits=bits // 4,
            offset_digits=bits // 4,
            device_digits=2,
            column=NAME_COLUMNS[bits],
            gap=1,
            tail=b"",
            address_bits=bits,
            offset_bits=bits,
            # The line buffer has room for ten digits before the column of the name.
            inode_bits=32,
            # kdev_t: 16 bits, printed by kdevname().
            device_bits=(8, 8),
        )
    return HeaderFormat(
        address_digits=8,
        offset_digits=8,
        device_digits=2,
        column=NAME_COLUMNS[bits],
        # The format string ends in a space, and the padding has one at least.
        gap=2,
        tail=b" ",
        address_bits=bits,
        offset_bits=_limit(WIDE_OFFSET, release, bits),
        inode_bits=_limit(WIDE_INODE, release, bits),
    )


def _limit(trait: FormatChange, release: Release, bits: Bits) -> int:
    """The bits of a number that is a long before *trait*: what is not established is no bound."""
    return bits if trait.span.covers(release) is False else 64


def excess_header(release: Release) -> HeaderFormat:
    """The header line of a 32-bit kernel with `EXCESS_DIGITS`."""
    # Offsets above 32 bits lose digits instead; no such line has been seen, so none is printed.
    return attrs.evolve(linux_header(release, 32), excess_digits=8, offset_bits=32)


CURRENT_HEADER = linux_header(releases_named(change.span for change in TRAITS)[-1], 64)
"""The header line of mainline Linux since its last change, on a 64-bit kernel."""
