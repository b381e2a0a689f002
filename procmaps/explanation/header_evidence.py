"""The evidence in a header line; `procmaps.formats.header_line` has the history of each feature."""

from __future__ import annotations

from collections.abc import Iterator

from procmaps.explanation.evidence import ALL_RELEASES, Evidence
from procmaps.explanation.header_layout import MIN_ADDRESS_DIGITS, HeaderLayout, word_size
from procmaps.explanation.name_evidence import name_evidence
from procmaps.formats.header_line import (
    ANONYMOUS_OFFSET,
    CYGWIN_COLUMN,
    EMPTY_ROLLUP,
    EXCESS_DIGITS,
    HIDDEN_GUARD,
    LINE_FORMAT,
    NAME_COLUMNS,
    SEQ_FILE,
    WIDE_INODE,
    WSL_COLUMN,
    FormatChange,
    WordSize,
    excess_header,
)
from procmaps.grammar.loading import Grammar
from procmaps.grammar.parsed_line import HeaderLine
from procmaps.records.names import Name, ThreadStack
from procmaps.records.perms import Perms, Sharing

_FOREIGN_COLUMNS = {
    CYGWIN_COLUMN: f"Cygwin pads to column {CYGWIN_COLUMN} (winsup/cygwin/fhandler/process.cc)",
    WSL_COLUMN: f"the first Windows Subsystem for Linux pads to column {WSL_COLUMN}",
}

_MAX_U32 = 2**32 - 1
_PAGE = 4096
_NARROW: WordSize = 32
_WIDE_ADDRESS_DIGITS = 16
_EXCESS = excess_header(EXCESS_DIGITS.span.releases[0])


def header_evidence(
    header: HeaderLine, layout: HeaderLayout, name: Name, grammar: Grammar
) -> Iterator[Evidence]:
    """Yield all evidence in a header line."""
    yield from layout_evidence(layout)
    yield from value_evidence(header, name)
    if header.inode > _MAX_U32 and word_size(layout) == _NARROW:
        yield _from_change(WIDE_INODE, "an inode of more than 32 bits from a 32-bit kernel")
    if isinstance(name, ThreadStack) and _has_file(header):
        yield Evidence(
            "[stack:N] with a file",
            ALL_RELEASES,
            "a d_dname of Solarflare's OpenOnload",
            vendor="OpenOnload",
        )
    else:
        yield from name_evidence(name, grammar)


def layout_evidence(layout: HeaderLayout) -> Iterator[Evidence]:
    """Yield the evidence in the widths and spaces of a header line."""
    yield from _end_evidence(layout)
    yield from _width_evidence(layout)


def value_evidence(header: HeaderLine, name: Name) -> Iterator[Evidence]:
    """Yield the evidence in the numbers and permissions of a header line."""
    if Perms.from_flags(header.perms).sharing is Sharing.DIRECT:
        yield Evidence(
            "permission S (mapped directly)",
            ALL_RELEASES,
            "nommu_vma_show(), fs/proc/task_nommu.c: Linux without an MMU, any release",
        )
    if header.offset and not _has_file(header):
        yield _from_change(ANONYMOUS_OFFSET, "an offset other than 0 without a file")
    if header.offset % _PAGE:
        yield Evidence(
            "an offset that is not a multiple of 4096",
            (),
            "Linux has no smaller pages; the first Windows Subsystem for Linux and Cygwin count "
            "differently",
        )
    if header.start == header.end and name.kind == "rollup":
        yield _from_change(EMPTY_ROLLUP, "a rollup of no mappings")
    elif header.start == header.end:
        yield _from_change(
            HIDDEN_GUARD, "an empty range: a stack of one page without its guard page"
        )


def _from_change(change: FormatChange, feature: str) -> Evidence:
    return Evidence(feature, (change.span,), change.source)


def _has_file(header: HeaderLine) -> bool:
    return bool(header.inode or header.major or header.minor)


def _end_evidence(layout: HeaderLayout) -> Iterator[Evidence]:
    column = layout.name_column
    if not layout.named:
        if layout.padding == 0:
            yield Evidence(
                "no space after the inode of unnamed memory",
                (LINE_FORMAT.span,),
                f"{LINE_FORMAT.source}; also QEMU's user mode before 5.0, DragonFly, lx zones, and "
                "any text with trimmed line ends",
                rule="trimmed",
            )
        elif layout.padding == 1:
            yield _from_change(SEQ_FILE, "one space after the inode of unnamed memory")
        else:
            yield Evidence(
                f"{layout.padding} spaces after the inode of unnamed memory",
                (),
                "Linux prints at most one; NetBSD prints five, QEMU's user mode and Cygwin pad",
            )
    elif layout.padding == 1 and column in layout.name_columns:
        yield Evidence(
            f"one space before the name in column {column}",
            (LINE_FORMAT.span,),
            f"{LINE_FORMAT.source}; later releases print two; also gVisor",
        )
    elif layout.padding == 1:
        yield Evidence(
            "one space before the name",
            (),
            "Linux pads to column 49 or 73, or prints two spaces after longer columns; gVisor "
            "prints one there, lx zones always print one",
        )
    elif column not in layout.name_columns and not layout.is_overlong:
        yield Evidence(f"the name in column {column}", (), _why_not_in(column, layout))


def _why_not_in(column: int, layout: HeaderLayout) -> str:
    """Return why Linux prints no name in *column*."""
    if column in _FOREIGN_COLUMNS:
        return _FOREIGN_COLUMNS[column]
    if column in NAME_COLUMNS.values():
        return "a kernel with 64-bit addresses pads to column 73; that column is of 32-bit kernels"
    columns = " or ".join(
        f"{at} ({bits} bit)" for bits, at in NAME_COLUMNS.items() if at in layout.name_columns
    )
    return f"Linux pads to column {columns}, counted from 0"


def _width_evidence(layout: HeaderLayout) -> Iterator[Evidence]:
    addresses = (layout.start, layout.end)
    digits = {len(address) for address in addresses}
    if _has_excess(layout):
        yield _from_change(EXCESS_DIGITS, "eight extra leading zeros in each number")
    elif digits == {_WIDE_ADDRESS_DIGITS} and layout.start.startswith(b"0"):
        yield Evidence(
            "addresses of 16 digits with leading zeros",
            (LINE_FORMAT.span,),
            f"{LINE_FORMAT.source} (64 bit); also FreeBSD and NetBSD",
        )
    elif min(digits) < MIN_ADDRESS_DIGITS:
        yield Evidence(
            "addresses with fewer than eight digits",
            (),
            'every release pads to eight ("%08lx"); Asterinas does not pad',
        )
    elif any(len(each) > MIN_ADDRESS_DIGITS and each.startswith(b"0") for each in addresses):
        yield Evidence(
            "leading zeros in an address of more than eight digits",
            (),
            'releases since 2.4.27 pad to eight ("%08lx"), earlier ones to 8 or 16',
        )


def _has_excess(layout: HeaderLayout) -> bool:
    """Return whether the hexadecimal numbers are as long as `EXCESS_DIGITS` makes them."""
    numbers = (
        (layout.start, _EXCESS.address_digits),
        (layout.end, _EXCESS.address_digits),
        (layout.offset, _EXCESS.offset_digits),
        (layout.major, _EXCESS.device_digits),
        (layout.minor, _EXCESS.device_digits),
    )
    # Zeros alone are no evidence.
    return int(layout.end, 16) > 0 and all(
        text == _EXCESS.hexadecimal(int(text, 16), digits) for text, digits in numbers
    )
