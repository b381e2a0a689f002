"""Who prints these files, to the byte: one `Producer` for each kernel or emulation that is known.

`procmaps.dialects` says what a *reader* has to tell apart; this table says what a *writer* does:
widths, padding, line order, escaping, limits. Every difference between releases is a span of
releases here or in `procmaps.fields`; nothing compares version numbers.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from typing import Literal

import attrs

from procmaps.dialects import dialect
from procmaps.errors import UnknownProducer
from procmaps.fields import FIELDS, ORDERS, ROLLUP_SPAN, VENDOR_FIELDS, Field, LineFormat
from procmaps.history import RELEASES
from procmaps.labels import MAX_LABEL, MAX_LABEL_ANDROID
from procmaps.layouts import (
    CYGWIN_COLUMN,
    ESCAPED,
    EXCESS_DIGITS,
    LINE_FORMAT,
    WSL_COLUMN,
    Bits,
    HeaderFormat,
    excess_header,
    linux_header,
)
from procmaps.pseudo import PSEUDO_NAMES
from procmaps.releases import Release, Span, releases_named

Kind = Literal["linux", "nommu", "android", "gvisor", "qemu", "wsl", "freebsd", "cygwin"]


@attrs.frozen
class FieldLine:
    """One line below the header."""

    field: Field
    format: LineFormat | None
    """None where it is known that the line is printed, and not how."""
    required: bool
    """Whether every entry has it."""


@attrs.frozen
class LabelRule:
    """Which names a program can give to its private anonymous memory."""

    limit: int
    """The longest, in bytes."""
    checked: bool = True
    """False where any byte but NUL is printed."""


@attrs.frozen
class Producer:
    """One kernel, or one emulation of it, and what it prints."""

    name: str
    """What `parse` takes: ``linux-6.12``, ``linux-2.6.32-32bit``, ``gvisor``."""
    kind: Kind
    release: Release | None
    """The release of Linux; of an emulation: the one whose fields it prints, None without."""
    bits: Bits
    """The word size of the kernel, not of the process: a 64-bit kernel pads 32-bit tasks alike."""
    dialect: str
    """By which of `procmaps.dialects` its text is to be read."""
    header: HeaderFormat
    smaps: tuple[FieldLine, ...] = ()
    """The lines of an entry in their order; none where there is no such file."""
    rollup: tuple[FieldLine, ...] = ()
    labels: LabelRule | None = None
    """None where memory cannot be named."""
    pathless: frozenset[str] | None = None
    """The kinds of pseudo-names that it prints in place of a path: ``[heap]``, ``anon_inode:`` …;
    None where that is not established."""
    flags_tail: bytes = b" "
    """What stands behind the last mnemonic of ``VmFlags``."""

    def prints(self, kind: Literal["maps", "smaps", "rollup"]) -> bool:
        """Whether it has that file, and it is established how every line of it looks."""
        if kind == "maps":
            return True
        lines = self.smaps if kind == "smaps" else self.rollup
        return bool(lines) and all(line.format or not line.required for line in lines)

    @property
    def escapes(self) -> bool:
        """Whether a newline in a path is printed as a backslash and 012."""
        return dialect(self.dialect).escapes

    def __str__(self) -> str:
        return self.name


# --- lines below the header -----------------------------------------------------------------------


def _format(field: Field, release: Release) -> LineFormat | None:
    possible = [one for one in field.formats if one.span.covers(release) is not False]
    return field.format_at(release) or (possible[0] if len(possible) == 1 else None)


def _lines(release: Release, *, rollup: bool = False) -> Iterator[FieldLine]:
    """The lines of mainline *release*; those that it may have or not are not required."""
    if rollup and not ROLLUP_SPAN.covers(release):
        return
    for key in next((keys for span, keys in ORDERS if span.covers(release)), ()):
        field = FIELDS[key]
        there = field.span.covers(release)
        if there is not False and (field.rollup if rollup else field.smaps):
            required = there is True and not field.optional
            yield FieldLine(field, _format(field, release), required)


def _inserted(lines: tuple[FieldLine, ...], key: bytes, after: bytes) -> tuple[FieldLine, ...]:
    """*lines* with a vendor's line behind the key *after*; b"": directly below the header."""
    field = FIELDS[key]
    place = [b"", *(line.field.key for line in lines)].index(after)
    return (*lines[:place], FieldLine(field, field.formats[0], required=False), *lines[place:])


# --- variants of Linux ----------------------------------------------------------------------------

_LINUX = "Linux"
_ANDROID = "Android"


PATHLESS: frozenset[str] = frozenset(name.kind for name in PSEUDO_NAMES if name.pathless)
"""The kinds of pseudo-names in place of a path: some release prints each, and others do not."""


def _pathless(release: Release, *origins: str) -> frozenset[str]:
    """The kinds of pseudo-names in place of a path that *release* may print."""
    return frozenset(
        name.kind
        for name in PSEUDO_NAMES
        if name.pathless and name.producer in origins and name.span.covers(release) is not False
    )


def _linux(name: str, release: Release, bits: Bits) -> Producer:
    return Producer(
        name=name,
        kind="linux",
        release=release,
        bits=bits,
        # Before the escaping came, Linux needs the reader that the NOMMU kernels need to this day.
        dialect="linux" if ESCAPED.span.covers(release) else "nommu",
        header=linux_header(release, bits),
        smaps=tuple(_lines(release)),
        rollup=tuple(_lines(release, rollup=True)),
        labels=LabelRule(MAX_LABEL),
        pathless=_pathless(release, _LINUX),
    )


@attrs.frozen
class Variant:
    """A way in which kernels of some releases differ from mainline."""

    name: str
    span: Span
    bits: tuple[Bits, ...]
    """The word sizes it exists for, the usual one first."""
    source: str
    change: Callable[[Producer, Release], Producer]
    """What mainline's producer becomes."""
    prefix: str = "linux"


def _parisc(producer: Producer, release: Release) -> Producer:
    return attrs.evolve(producer, header=excess_header(release))


def _nommu(producer: Producer, _release: Release) -> Producer:
    return attrs.evolve(
        producer,
        kind="nommu",
        dialect="nommu",
        header=attrs.evolve(producer.header, sharing="psS"),
        smaps=(),
        rollup=(),
        labels=None,
        # nommu_vma_show() asks for nothing but the stack; what is a file prints its path.
        pathless=(producer.pathless or frozenset())
        & {"stack", "thread_stack", "anon_inode", "socket"},
    )


_FAULT = len(b"<fault>")
"""What seq_print_vma_name() adds where it cannot read on."""


def _user_pointers(after: bytes) -> Callable[[Producer, Release], Producer]:
    """The Android generations that keep a pointer to the name; ``Name:`` stands behind *after*."""

    def change(producer: Producer, release: Release) -> Producer:
        kinds = _pathless(release, _LINUX, _ANDROID)
        return attrs.evolve(
            producer,
            kind="android",
            dialect="android",
            smaps=_inserted(producer.smaps, b"Name", after),
            # NAME_MAX bytes are copied, and what could not be read is told behind them.
            labels=LabelRule(255 + _FAULT, checked=False),
            pathless=kinds | {"anon"},
        )

    return change


def _samsung(mainline: Producer, release: Release) -> Producer:
    producer = _user_pointers(b"")(mainline, release)
    lines = producer.smaps
    for field in VENDOR_FIELDS:
        if field.producer == "Samsung":
            lines = _inserted(lines, field.key, field.after[0])
    return attrs.evolve(producer, smaps=lines)


def _refcounted(producer: Producer, release: Release) -> Producer:
    kinds = _pathless(release, _LINUX, _ANDROID)
    return attrs.evolve(
        producer, kind="android", labels=LabelRule(MAX_LABEL_ANDROID), pathless=kinds | {"anon"}
    )


_POINTER = 'Android common kernels: "NOUPSTREAM: ANDROID: mm: add a field to store names"'

VARIANTS: tuple[Variant, ...] = (
    Variant("", Span.of("2.2"), (64, 32), "mainline", lambda producer, _: producer),
    Variant(
        "",
        Span.of("2.6.18|2.6.20"),
        (32, 64),
        "nommu_vma_show(), fs/proc/task_nommu.c; the file is empty in the 2.6.18 tree",
        _nommu,
        prefix="nommu",
    ),
    Variant(
        "parisc",
        EXCESS_DIGITS.span,
        (32,),
        EXCESS_DIGITS.source,
        _parisc,
    ),
    Variant("android", Span.of("3.4", "3.8"), (32,), f"{_POINTER}, 3.4", _user_pointers(b"Locked")),
    Variant(
        "android",
        Span.of("3.8", "3.19|4.4"),
        (32, 64),
        f"{_POINTER}, as posted in 2013",
        _user_pointers(b"VmFlags"),
    ),
    Variant(
        "android",
        Span.of("3.19|4.4", "5.4|5.10"),
        (64, 32),
        f"{_POINTER}, 4.x",
        _user_pointers(b""),
    ),
    Variant(
        "samsung",
        Span.of("4.4|4.9", "5.4|5.10"),
        (64, 32),
        "Android kernels with CONFIG_ZRAM_LRU_WRITEBACK",
        _samsung,
    ),
    Variant(
        "android",
        Span.of("5.10|5.15"),
        (64, 32),
        "android13-5.15 and later: ANON_VMA_NAME_MAX_LEN is 256",
        _refcounted,
    ),
)
"""Mainline and what differs from it. One name can mean several, each over its own releases."""


# --- emulations -----------------------------------------------------------------------------------


def _gvisor(name: str, bits: Bits) -> Producer:
    """pkg/sentry/mm/procfs.go: "%08x-%08x %s%s %08x %02x:%02x %d ", padded to 73."""
    release = Release.parse("4.4")
    header = linux_header(release, 64)
    return Producer(
        name=name,
        kind="gvisor",
        release=release,
        bits=bits,
        dialect="gvisor",
        header=attrs.evolve(header, gap=1, device_bits=(32, 20)),
        smaps=tuple(_lines(release)),
    )


def _qemu(name: str, bits: Bits) -> Producer:
    """linux-user/syscall.c since 8.1: "%*s%s" pads, every size stands unaligned behind 23 columns.

    A prefix of just 73 bytes is followed by its name without a space: see `HeaderFormat.mirrored`.
    """
    release = Release.parse("6.1")
    header = linux_header(release, bits)
    return Producer(
        name=name,
        kind="qemu",
        release=release,
        bits=bits,
        dialect="qemu",
        header=attrs.evolve(
            header, column=73, gap=0, tail=b"", mirrored=True, inode_bits=63, offset_bits=64
        ),
        smaps=tuple(map(_unaligned, (line for line in _lines(release) if line.required))),
        flags_tail=b"",
    )


def _unaligned(line: FieldLine) -> FieldLine:
    columns = {"kB": 23, "count": 16, "flags": 0, "name": 0}[line.field.unit]
    suffix = b" kB" if line.field.unit == "kB" else b""
    label = (line.field.key + b":").ljust(columns)
    return attrs.evolve(line, format=LineFormat(Span(), label, 0, suffix))


def _wsl(name: str, bits: Bits) -> Producer:
    """Dumps of WSL 1 in bug reports: names at column 65, ``Pss:`` alone in smaps."""
    release = Release.parse("4.4")
    header = linux_header(release, bits)
    pss = tuple(line for line in _lines(release) if line.field.key == b"Pss")
    return Producer(
        name=name,
        kind="wsl",
        release=release,
        bits=bits,
        dialect="wsl",
        header=attrs.evolve(header, column=WSL_COLUMN),
        smaps=pss,
    )


def _freebsd(name: str, bits: Bits) -> Producer:
    """linprocfs_doprocmaps(): l64_map_str and l32_map_str; vdso_str begins with six spaces."""
    return Producer(
        name=name,
        kind="freebsd",
        release=None,
        bits=bits,
        dialect="freebsd",
        header=HeaderFormat(
            address_digits=bits // 4,
            offset_digits=8,
            device_digits=2,
            column=0,
            gap=5,
            bracket_gap=11,
            tail=b" ",
            address_bits=bits,
            offset_bits=bits,
            inode_bits=bits,
            device_bits=(0, 0),
        ),
        pathless=frozenset({"vdso", "stack"}),
    )


def _cygwin(name: str, bits: Bits) -> Producer:
    """winsup/cygwin/fhandler/process.cc: "%08lx-%08lx %s %08lx %04x:%04x %U   ", padded to 62."""
    return Producer(
        name=name,
        kind="cygwin",
        release=None,
        bits=bits,
        dialect="cygwin",
        header=HeaderFormat(
            address_digits=8,
            offset_digits=8,
            device_digits=4,
            column=CYGWIN_COLUMN,
            gap=3,
            tail=b"",
            filled=True,
            address_bits=bits,
            offset_bits=bits,
            inode_bits=64,
            device_bits=(16, 16),
            sharing="psg",
            reserved=True,
        ),
        # And those that its own grammar adds.
        pathless=frozenset({"heap"}),
    )


_EMULATIONS: dict[str, tuple[tuple[Bits, ...], Callable[[str, Bits], Producer]]] = {
    "gvisor": ((64,), _gvisor),
    "qemu-user": ((64, 32), _qemu),
    "wsl": ((64,), _wsl),
    "freebsd": ((64, 32), _freebsd),
    "cygwin": ((64, 32), _cygwin),
}
"""By name: the word sizes, the usual one first, and who makes it."""


# --- names ----------------------------------------------------------------------------------------

_KERNEL = re.compile(
    r"(?P<prefix>linux|nommu)-(?P<release>[0-9.]+)(?:-(?P<variant>[a-z]+))?(?:-(?P<bits>32|64)bit)?"
)
_EMULATION = re.compile(r"(?P<name>[a-z-]+?)(?:-(?P<bits>32|64)bit)?")

_UNSETTLED = (
    (LINE_FORMAT, "how a header line is laid out"),
    (ESCAPED, "whether a newline in a path is escaped"),
)
"""What must be known of a release to say anything of it."""


def parse(name: str) -> Producer:
    """The producer called *name*.

    ``linux-RELEASE``, ``nommu-RELEASE``, ``linux-RELEASE-android``, ``-samsung`` or ``-parisc``,
    ``gvisor``, ``qemu-user``, ``wsl``, ``freebsd``, ``cygwin``; each with ``-32bit`` or ``-64bit``
    where there are both and the other one is usual. A release is numbers alone: cut what a
    distribution added behind them.

    Raises `UnknownProducer` for any other name, for a release that the variant never had, and for
    one of which it is not established how it prints.
    """
    if match := _KERNEL.fullmatch(name):
        return _kernel(name, match)
    match = _EMULATION.fullmatch(name)
    if match and match["name"] in _EMULATIONS:
        sizes, make = _EMULATIONS[match["name"]]
        bits = _bits(name, match["bits"], sizes)
        return make(_named(match["name"], bits, sizes), bits)
    raise UnknownProducer(
        name,
        "write linux-RELEASE, nommu-RELEASE, linux-RELEASE-android, -samsung or -parisc, or one of "
        f"{', '.join(_EMULATIONS)}; add -32bit or -64bit for the other word size",
    )


def _kernel(name: str, match: re.Match[str]) -> Producer:
    try:
        release = Release.parse(match["release"])
    except ValueError as error:
        raise UnknownProducer(name, str(error)) from error
    wanted = [
        v for v in VARIANTS if (v.prefix, v.name) == (match["prefix"], match["variant"] or "")
    ]
    if not wanted:
        raise UnknownProducer(name, f"no variant of {match['prefix']} is called {match['variant']}")
    # Sure matches come before those of which it is not established.
    found = [v for v in wanted if v.span.covers(release) is not False]
    found.sort(key=lambda variant: variant.span.covers(release) is None)
    if not found:
        there = "; ".join(str(variant.span) for variant in wanted)
        raise UnknownProducer(name, f"there is no such kernel; there is one {there}")
    for trait, what in _UNSETTLED:
        if trait.span.covers(release) is None:
            raise UnknownProducer(
                name, f"{what} is not established for {release}, only {trait.span}"
            )
    variant = found[0]
    bits = _bits(name, match["bits"], variant.bits)
    stem = "-".join(filter(None, (variant.prefix, str(release), variant.name)))
    return variant.change(_linux(_named(stem, bits, variant.bits), release, bits), release)


def _bits(name: str, text: str | None, sizes: tuple[Bits, ...]) -> Bits:
    for bits in sizes:
        if text in (None, str(bits)):
            return bits
    raise UnknownProducer(name, f"there is none of {text} bits, only of {sizes[0]}")


def _named(stem: str, bits: Bits, sizes: tuple[Bits, ...]) -> str:
    return stem if bits == sizes[0] else f"{stem}-{bits}bit"


def _names() -> Iterator[str]:
    """Every release at which a table changes, in every variant and word size; the emulations."""
    bounds = releases_named(variant.span for variant in VARIANTS)
    for release in sorted({*RELEASES, *bounds}):
        for variant in VARIANTS:
            if variant.span.covers(release):
                stem = "-".join(filter(None, (variant.prefix, str(release), variant.name)))
                yield from (_named(stem, bits, variant.bits) for bits in variant.bits)
    for stem, (sizes, _) in _EMULATIONS.items():
        yield from (_named(stem, bits, sizes) for bits in sizes)


def _settled() -> Iterator[Producer]:
    for name in _names():
        try:
            yield parse(name)
        except UnknownProducer:
            # A release between two that were looked at; `parse` says so to whoever asks for it.
            continue


@functools.cache
def every_producer() -> tuple[Producer, ...]:
    """All that differ from one another, and some more: kernels oldest first, then emulations.

    Kernels are those of the releases at which some table changes, in all variants and word sizes.
    """
    return tuple(_settled())


def chosen(given: Producer | str | None) -> Producer:
    """The producer itself, or by its name; the `newest` where none is given."""
    if given is None:
        return newest()
    return parse(given) if isinstance(given, str) else given


@functools.cache
def newest() -> Producer:
    """Mainline, 64 bit, of the newest release that any table names."""
    return parse(f"linux-{RELEASES[-1]}")
