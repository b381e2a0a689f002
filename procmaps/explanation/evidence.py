"""What in a line tells of the kernel that printed it: one `Clue` each, with its source.

Their history is in `procmaps.formats.header_line`, `procmaps.formats.pseudo_names`,
`procmaps.formats.smaps_fields` and `procmaps.formats.vm_flags`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from procmaps.explanation.parts import pseudo_of
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
    Bits,
    FormatChange,
    excess_header,
)
from procmaps.formats.labels import MAX_LABEL, MAX_LABEL_ANDROID, label_fault
from procmaps.formats.releases import Span
from procmaps.formats.smaps_fields import FIELDS
from procmaps.formats.vm_flags import UNNAMED_BIT, VMFLAGS, VmFlags
from procmaps.grammar.parsed_line import FieldLine, HeaderLine
from procmaps.records.names import AnonName, AnonShmemName, FileBacked, Name, ThreadStack
from procmaps.records.perms import Perms, Sharing


@attrs.frozen
class Clue:
    """One thing in the line that not every producer prints so."""

    what: str
    """What stands in the line, for people."""
    spans: tuple[Span, ...]
    """The releases of Linux that print it: in any one of the spans. Empty: none does."""
    source: str
    """The kernel function, commit or tree that says so; whose it is where it is not Linux's."""
    vendor: str = ""
    """Whose patched Linux prints it, in any release that has the patch; empty: mainline."""
    forerunner: str = ""
    """Whose patched Linux printed it in earlier releases, too; empty: nobody's."""
    rule: str = "layout"
    """The rule of `procmaps.lint` that tells of it, where no release prints it."""


EVERY = (Span(),)

_FOREIGN_COLUMNS = {
    CYGWIN_COLUMN: f"Cygwin's: winsup/cygwin/fhandler/process.cc pads to {CYGWIN_COLUMN} columns",
    WSL_COLUMN: f"the first Windows Subsystem for Linux pads to {WSL_COLUMN} columns",
}

_NARROW: Bits = 32
_U32 = 2**32 - 1
_PAGE = 4096
_WIDE_ADDRESS = 16
_NARROW_ADDRESS = 8
_EXCESS = excess_header(EXCESS_DIGITS.span.releases[0])


@attrs.frozen
class Layout:
    """How a header line is laid out: the text of its columns, and the spaces behind the inode."""

    start: bytes
    end: bytes
    offset: bytes
    major: bytes
    minor: bytes
    prefix: int
    """Bytes up to the end of the inode."""
    padding: int
    """Spaces between the inode and the name, or the end of the line."""
    named: bool

    @classmethod
    def of(cls, match: re.Match[bytes]) -> Layout:
        """The layout of a line that `procmaps.grammar.loading.Grammar.header` has matched."""
        named = bool(match["NAME"])
        content_end = match.end() - match[0].endswith(b"\n")
        return cls(
            match["start"],
            match["end"],
            match["offset"],
            match["major"],
            match["minor"],
            match.end("inode"),
            (match.start("NAME") if named else content_end) - match.end("inode"),
            named,
        )


def word_size(layout: Layout) -> Bits | None:
    """32 or 64, the bits of the kernel's longs; None where the line does not say."""
    if layout.named:
        column = layout.prefix + layout.padding
        for bits, known in NAME_COLUMNS.items():
            if column == known:
                return bits
        if _overrun(layout) and column < NAME_COLUMNS[64]:
            return _NARROW
    return 64 if len(layout.end.lstrip(b"0")) > _NARROW_ADDRESS else None


def header_clues(header: HeaderLine, layout: Layout, name: Name) -> Iterator[Clue]:
    """What a header line tells."""
    yield from layout_clues(layout)
    yield from offset_clues(header, name)
    if header.inode > _U32 and word_size(layout) == _NARROW:
        yield _told_by(WIDE_INODE, "an inode of more than 32 bits from a 32-bit kernel")
    if isinstance(name, ThreadStack) and _has_file(header):
        yield Clue(
            "[stack:N] with a file",
            EVERY,
            "a d_dname of Solarflare's OpenOnload",
            vendor="OpenOnload",
        )
    else:
        yield from name_clues(name)


def _told_by(trait: FormatChange, what: str) -> Clue:
    return Clue(what, (trait.span,), trait.source)


def layout_clues(layout: Layout) -> Iterator[Clue]:
    """What the widths and spaces of a header line tell."""
    yield from _ending(layout)
    yield from _widths(layout)


def offset_clues(header: HeaderLine, name: Name) -> Iterator[Clue]:
    """What the numbers and permissions of a header line tell."""
    if Perms.from_flags(header.perms).sharing is Sharing.DIRECT:
        yield Clue(
            "S, the fourth permission character: mapped directly",
            EVERY,
            "nommu_vma_show(), fs/proc/task_nommu.c: Linux without an MMU, any release",
        )
    if header.offset and not _has_file(header):
        yield _told_by(ANONYMOUS_OFFSET, "an offset that is not 0, and no file")
    if header.offset % _PAGE:
        yield Clue(
            "an offset that is no multiple of 4096",
            (),
            "no page of Linux is smaller; the first Windows Subsystem for Linux and Cygwin "
            "count otherwise",
        )
    if header.start == header.end and name.kind == "rollup":
        yield _told_by(EMPTY_ROLLUP, "a rollup of no mapping at all")
    elif header.start == header.end:
        yield _told_by(HIDDEN_GUARD, "an empty range: a stack of one page, less its guard page")


def _has_file(header: HeaderLine) -> bool:
    return bool(header.inode or header.major or header.minor)


def _ending(layout: Layout) -> Iterator[Clue]:
    column = layout.prefix + layout.padding
    if not layout.named:
        if layout.padding == 0:
            yield Clue(
                "no space behind the inode of unnamed memory",
                (LINE_FORMAT.span,),
                f"{LINE_FORMAT.source}; also QEMU's user mode, DragonFly, lx zones, and any text "
                "whose line ends were trimmed",
                rule="trimmed",
            )
        elif layout.padding == 1:
            yield _told_by(SEQ_FILE, "one space behind the inode of unnamed memory")
        else:
            yield Clue(
                f"{layout.padding} spaces behind the inode of unnamed memory",
                (),
                "Linux prints one at most; NetBSD prints five, Cygwin pads",
            )
    elif layout.padding == 1 and column in NAME_COLUMNS.values():
        yield Clue(
            f"one space before the name in column {column}",
            (LINE_FORMAT.span,),
            f"{LINE_FORMAT.source}; later ones print two; also gVisor",
        )
    elif layout.padding == 1:
        yield Clue(
            "one space before the name",
            (),
            "Linux pads to column 49 or 73, and prints two spaces where the rest is longer; "
            "gVisor prints one there, lx zones one always",
        )
    elif column not in NAME_COLUMNS.values() and not _overrun(layout):
        yield Clue(
            f"the name in column {column}",
            (),
            _FOREIGN_COLUMNS.get(column)
            or "Linux pads to column 49 (32 bit) or 73 (64 bit), counted from 0",
        )


def _overrun(layout: Layout) -> bool:
    """Whether the columns before the name are too long to be padded: two spaces then."""
    return layout.padding == len("  ") and layout.prefix + len("  ") > NAME_COLUMNS[32]


def _widths(layout: Layout) -> Iterator[Clue]:
    digits = {len(layout.start), len(layout.end)}
    if _has_excess(layout):
        yield _told_by(EXCESS_DIGITS, "eight zeros too many before each number")
    elif digits == {_WIDE_ADDRESS} and layout.end.startswith(b"0"):
        yield Clue(
            "addresses of 16 digits, zeros before them",
            (LINE_FORMAT.span,),
            f"{LINE_FORMAT.source} (64 bit); also FreeBSD and NetBSD",
        )
    elif min(digits) < _NARROW_ADDRESS:
        yield Clue(
            "addresses of less than eight digits",
            (),
            'every release pads to eight ("%08lx"); Asterinas pads nothing',
        )
    elif any(
        len(text) > _NARROW_ADDRESS and text.startswith(b"0") for text in (layout.start, layout.end)
    ):
        yield Clue(
            "zeros before an address of more than eight digits",
            (),
            'releases since 2.4.27 pad to eight ("%08lx"), those before to 8 or 16',
        )


def _has_excess(layout: Layout) -> bool:
    """Whether the hexadecimal numbers are as long as `EXCESS_DIGITS` makes them."""
    numbers = (
        (layout.start, _EXCESS.address_digits),
        (layout.end, _EXCESS.address_digits),
        (layout.offset, _EXCESS.offset_digits),
        (layout.major, _EXCESS.device_digits),
        (layout.minor, _EXCESS.device_digits),
    )
    # Of zeros alone nothing can be told.
    return int(layout.end, 16) > 0 and all(
        text == _EXCESS.hexadecimal(int(text, 16), digits) for text, digits in numbers
    )


def name_clues(name: Name) -> Iterator[Clue]:
    """What a name tells, a name column by itself too."""
    pseudo = pseudo_of(name)
    if isinstance(name, AnonName | AnonShmemName) and label_fault(name.label):
        yield _label_clue(name.label)
    elif pseudo is not None:
        mainline = pseudo.producer == "Linux"
        source = pseudo.source
        if pseudo.architectures:
            source += f" ({', '.join(pseudo.architectures)})"
        yield Clue(
            f"the name {pseudo.pattern_text}",
            (pseudo.span,),
            source,
            vendor="" if mainline else pseudo.producer,
            forerunner=pseudo.forerunner,
        )
    if isinstance(name, FileBacked):
        if name.raw.startswith(b"(unreachable)"):
            yield Clue(
                "(unreachable) before the path",
                (Span.of("2.6.24|2.6.32", "2.6.32|3.4"),),
                "__d_path(), fs/dcache.c of 2.6.32.y",
            )
        if b"\n" in name.raw:
            yield Clue(
                "a newline in the path, as it is",
                EVERY,
                "Linux escapes it since between 2.6.12 and 2.6.18 (mangle_path()), without an MMU "
                "it never does; nor does gVisor",
            )


def _label_clue(label: bytes) -> Clue:
    if label_fault(label, limit=MAX_LABEL_ANDROID) is None:
        return Clue(
            f"a label of {len(label)} bytes, more than {MAX_LABEL}",
            EVERY,
            f"ANON_VMA_NAME_MAX_LEN is {MAX_LABEL_ANDROID + 1} since android13-5.15, "
            f"{MAX_LABEL + 1} in mainline",
            vendor="Android",
        )
    return Clue(
        f"a label that prctl refuses: {label_fault(label)}",
        EVERY,
        'seq_print_vma_name() of Android 3.4 to 5.4 ("NOUPSTREAM: ANDROID: mm: add a field to '
        'store names for private anonymous memory") prints whatever the pointer leads to',
        vendor="Android",
    )


def field_clues(line: bytes, field: FieldLine) -> Iterator[Clue]:
    """What a line below a header tells: whether a release prints this key, and exactly so."""
    known = FIELDS.get(field.key)
    key = field.key.decode("ascii")
    if known is None:
        yield Clue(
            f"the field {key}",
            (),
            "no table knows it: a newer kernel's, or a vendor's",
            rule="unknown-field",
        )
        return
    if known.producer != "Linux":
        yield Clue(f"the field {key}", (known.span,), known.source, vendor=known.producer)
        return
    source = known.source if known.smaps else f"{known.source}; only in smaps_rollup"
    if field.form == "flags":
        yield Clue(f"the field {key}", (known.span,), source)
        yield from _flags_clues(VmFlags(field.text))
        return
    value = field.value // 1024 if field.form == "size" else field.value
    formats = [known_format for known_format in known.formats if known_format.line(value) == line]
    if formats:
        yield Clue(f"the field {key}, spaced so", tuple(found.span for found in formats), source)
    else:
        yield Clue(
            f"the field {key}, but spaced otherwise",
            (),
            "no release prints these spaces; QEMU's user mode does not align its numbers",
            rule="field-spacing",
        )


def _flags_clues(flags: VmFlags) -> Iterator[Clue]:
    for info in flags.known():
        where = f" ({', '.join(info.architectures)})" if info.architectures else ""
        yield Clue(
            f"the flag {info.mnemonic.decode('ascii')}, {info.kernel_name}",
            (info.span,),
            info.source + where,
        )
    for word in flags.unknown:
        if word != UNNAMED_BIT and word not in VMFLAGS:
            shown = word.decode("ascii", "backslashreplace")
            yield Clue(
                f"the flag {shown}",
                (),
                "no table knows it: a newer kernel's, or a vendor's",
                rule="unknown-flag",
            )
    if flags != VmFlags.of(*flags):
        yield Clue(
            "flags not spaced as Linux spaces them",
            (),
            "show_smap_vma_flags() prints a space before the first and after each; QEMU's user "
            "mode prints none behind the last, nor do some Android ports; gVisor prints two",
            rule="flags-spacing",
        )
