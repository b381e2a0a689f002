"""The layout of the header line, and its changes from release to release of Linux.

`procmaps.producers` prints lines by these tables. `procmaps.explanation` derives from them which
releases could have printed a line.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import attrs

from procmaps.formats.releases import Release, Span, releases_named

WordSize = Literal[32, 64]
"""Bits in a ``long`` of the kernel."""


@attrs.frozen
class FormatChange:
    """A property of the header line that not every release has.

    span     The mainline releases that have it.
    source   The kernel function, commit or tree that shows it.
    """

    span: Span
    source: str


LINE_FORMAT = FormatChange(
    Span.of("2.2", "2.4.17|2.4.27"),
    "MAPS_LINE_FORMAT4 and MAPS_LINE_FORMAT8, fs/proc/array.c of the 2.4.17 tree",
)
"""Addresses have all digits of a long; unnamed memory has nothing after the inode."""

SEQ_FILE = FormatChange(
    Span.of("2.4.17|2.4.27"),
    "show_map() of the 2.4.27 tree; show_vma_header_prefix() since 4.17",
)
"""Addresses have at least eight digits; unnamed memory has one space after the inode."""

ESCAPED = FormatChange(
    Span.of("2.6.12|2.6.18"),
    'mangle_path(m, path, "\\n"), fs/seq_file.c: "" for the escaped characters in the 2.6.12 tree',
)
r"""A newline in a path is printed as ``\012``."""

ANONYMOUS_OFFSET = FormatChange(
    Span.of("", "2.6.24|2.6.32"),
    "show_map() printed the vm_pgoff of anonymous memory too in the 2.6.24 tree, not in 2.6.32",
)
"""Memory without a file may have a non-zero offset."""

WIDE_OFFSET = FormatChange(
    Span.of("2.6.24|2.6.32"),
    '"%08llx" in show_map(): "%08lx" in the 2.6.24 tree',
)
"""The offset has 64 bits on 32-bit kernels too."""

HIDDEN_GUARD = FormatChange(
    Span.of("2.6.24|3.4", "3.19|4.12"),
    "stack_guard_page_start(), in the 3.4 to 3.19 trees and in stable 2.6.32.69; gone from 4.12",
)
"""A stack is printed without its lowest page; a stack of one page has an empty range."""

EXCESS_DIGITS = FormatChange(
    Span.of("4.17", "6.5|6.11"),
    "32-bit kernels whose __clzdi2() counts only one word, parisc and s64ilp32 RISC-V: "
    "num_to_str() and seq_put_hex_ll() take each number for eight digits longer",
)
"""Every hexadecimal number except 0 has too many leading zeros, on few machines."""

EMPTY_ROLLUP = FormatChange(Span.of("4.14|6.1"), "show_smaps_rollup() of 6.1")
"""smaps_rollup of a process without mappings has a header line, from 0 to 0."""

WIDE_INODE = FormatChange(Span.of("6.14|7.1"), "i_ino is 64 bits wide in the 7.1 tree")
"""The inode has 64 bits on 32-bit kernels too."""

CHANGES = (
    LINE_FORMAT, SEQ_FILE, ESCAPED, ANONYMOUS_OFFSET, WIDE_OFFSET, HIDDEN_GUARD, EXCESS_DIGITS,
    EMPTY_ROLLUP, WIDE_INODE,
)  # fmt: skip
"""Every change, oldest first."""

NAME_COLUMNS: Mapping[WordSize, int] = MappingProxyType({32: 49, 64: 73})
"""Column of the name, from 0, by the kernel's word size: 25, plus 6 for each byte of a pointer
(``show_map()``; ``show_vma_header_prefix()`` since 4.17)."""

CYGWIN_COLUMN = 62
"""Column of the name in Cygwin, from 0 (winsup/cygwin/fhandler/process.cc)."""

WSL_COLUMN = 65
"""Column of the name in WSL 1, from 0 (dumps in bug reports)."""


@attrs.frozen
class HeaderFormat:
    """The layout of a header line and the limits of its numbers. Widths are minimum widths.

    address_digits  Width of the two addresses.
    offset_digits   Width of the offset.
    device_digits   Width of the major and of the minor number.
    column          Column of the name, from 0, unless the text before it is too long.
    gap             Minimum number of spaces between the inode and a name.
    tail            Text after the inode of an unnamed mapping: a space or nothing.
    address_bits    Bits of the two addresses.
    offset_bits     Bits of the offset.
    inode_bits      Bits of the inode.
    device_bits     Bits of the major and minor number: ``MINORBITS``, include/linux/kdev_t.h, 2.6.
    sharing         Characters that are possible as the fourth of the permissions.
    reserved        True if ``===`` is possible in the permissions.
    bracket_gap     `gap` before a name in brackets; 0: the same.
    filled          True if the line of an unnamed mapping is padded to the column too.
    mirrored        True if N spaces follow a prefix that overruns the column by N bytes: C's
                    ``%*s`` with a negative width.
    excess_digits   Extra leading zeros of every hexadecimal number except 0.
    """

    address_digits: int
    offset_digits: int
    device_digits: int
    column: int
    gap: int
    tail: bytes
    address_bits: int
    offset_bits: int
    inode_bits: int
    device_bits: tuple[int, int] = (12, 20)
    sharing: str = "ps"
    reserved: bool = False
    bracket_gap: int = 0
    filled: bool = False
    mirrored: bool = False
    excess_digits: int = 0

    def hexadecimal(self, number: int, digits: int) -> bytes:
        """Return *number* with at least *digits* digits."""
        text = b"%x" % number
        width = len(text) + self.excess_digits if number else 0
        return text.rjust(max(digits, width), b"0")

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


def linux_header(release: Release, word_size: WordSize) -> HeaderFormat:
    """Return the layout of mainline *release* on a kernel with that word size."""
    if LINE_FORMAT.span.covers(release):
        return HeaderFormat(
            address_digits=word_size // 4,
            offset_digits=word_size // 4,
            device_digits=2,
            column=NAME_COLUMNS[word_size],
            gap=1,
            tail=b"",
            address_bits=word_size,
            offset_bits=word_size,
            # The line buffer has room for ten digits before the name column.
            inode_bits=32,
            # kdev_t: 16 bits, printed by kdevname().
            device_bits=(8, 8),
        )
    return HeaderFormat(
        address_digits=8,
        offset_digits=8,
        device_digits=2,
        column=NAME_COLUMNS[word_size],
        # The format string ends in a space, and the padding is at least one more.
        gap=2,
        tail=b" ",
        address_bits=word_size,
        offset_bits=_limit(WIDE_OFFSET, release, word_size),
        inode_bits=_limit(WIDE_INODE, release, word_size),
    )


def _limit(change: FormatChange, release: Release, word_size: WordSize) -> int:
    """Return the bits of a number that was a long before *change*; 64 if that is uncertain."""
    return word_size if change.span.covers(release) is False else 64


def excess_header(release: Release) -> HeaderFormat:
    """Return the layout of a 32-bit kernel with `EXCESS_DIGITS`."""
    # Offsets above 32 bits lose digits instead. No such line has been seen, so none is printed.
    return attrs.evolve(linux_header(release, 32), excess_digits=8, offset_bits=32)


CURRENT_HEADER = linux_header(releases_named(change.span for change in CHANGES)[-1], 64)
"""The header line of mainline Linux since its last change, on a 64-bit kernel."""
