"""Hypothesis strategies: names, records and whole files as any known producer could print them.

For tests of whatever reads or holds memory maps, this package first of all. Needs the extra
``test``. What is drawn follows the tables: what a producer cannot print is not drawn for it.

* text: `labels`, `android_labels`, `raw_android_names`, `file_names`
* records: `names`, `mappings`, `address_spaces`
* bytes: `dumps`, `snapshots`, `grammar_bytes`, and `broken` for what no producer would print
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable
from typing import Any, Literal

import attrs
from hypothesis import strategies as st
from hypothesis.extra.lark import from_lark

from procmaps import producers
from procmaps.dialects import dialect
from procmaps.fields import Field
from procmaps.grammar import load as load_grammar
from procmaps.grammar import parser
from procmaps.labels import MAX_LABEL, MAX_LABEL_ANDROID, is_valid_anon_label
from procmaps.loading import loads
from procmaps.names import DELETED, NEWLINE, AnonName, Name, Special, Unnamed
from procmaps.producers import FieldLine, Producer
from procmaps.pseudo import PSEUDO_NAMES, PseudoName
from procmaps.records import Device, Mapping, Perms, Usage
from procmaps.rendering import path_name, render
from procmaps.snapshot import Snapshot
from procmaps.vmflags import UNNAMED_BIT, VMFLAG_TABLE, VmFlags

FileKind = Literal["maps", "smaps", "rollup"]

_PAGE = 4096
_KB = 1024
_U64 = 2**64

# --- text -----------------------------------------------------------------------------------------

_LABEL_BYTES = "".join(chr(byte) for byte in range(128) if is_valid_anon_label(bytes((byte,))))
_ANY_BYTE = st.integers(1, 255)

_LABELS = (b"", b" ", b"libc_malloc", b"heap", b"x (deleted)", b"Size:                  4 kB")
"""Labels that read like something else, or like nothing."""

_LINES = (
    b"7f0000000000-7f0000001000 rw-p 00000000 00:00 0 ",
    b"00400000-00401000 r-xp 00000000 08:01 42         /bin/forged",
    b"Size:                  4 kB",
    b"VmFlags: rd ex ",
    b"Name:           [anon:forged]",
)
"""Whole lines, for names that pretend to be some."""

_COMPONENTS = (
    b"lib.so", b"a b", b" ", b"a\nb", rb"a\012b", b"a\n" + NEWLINE, b"\t", b"\r", b"\xff\xfe",
    b"caf\xc3\xa9", b"x" + DELETED, b"x" + DELETED + DELETED, DELETED, b"[heap]", b"[stack:1]",
    b"[anon:x]", b"memfd:x", b"SYSV00000000", b"SYSV0123456", b"dev", b"zero", b"dmabuf:", b"[aio]",
    b"ashmem", b"x" * 255, b"\x7f\x01", b"a\\b", b"]", *_LINES, *(b"a\n" + line for line in _LINES),
)  # fmt: skip
"""Names of files and directories that readers stumble over."""


def labels(*, limit: int = MAX_LABEL) -> st.SearchStrategy[bytes]:
    """Labels that the kernel accepts, of 0 to *limit* bytes; the longest and look-alikes often."""
    text = st.text(_LABEL_BYTES, max_size=limit)
    longest = st.text(_LABEL_BYTES, min_size=limit, max_size=limit)
    return text.map(_ascii) | st.sampled_from(_LABELS) | longest.map(_ascii)


def android_labels() -> st.SearchStrategy[bytes]:
    """Labels that Android's kernels accept since android13-5.15: up to 255 bytes."""
    return labels(limit=MAX_LABEL_ANDROID)


def raw_android_names() -> st.SearchStrategy[bytes]:
    """What older Android kernels may find behind a program's pointer: any bytes but NUL.

    Up to 255 of them, newlines and brackets too, then possibly ``<fault>``.
    """
    fragments = st.sampled_from((b"[anon:", b"]", b"\n", b"]\n", b"<fault>", *_LABELS, *_LINES))
    pieces = st.lists(fragments | _binary(8), max_size=6).map(b"".join)
    found = labels() | pieces.map(lambda text: text[:255]) | _binary(255)
    shortest = st.sampled_from((b"a\nb", b"\n", b"a]b", b"[", b"]"))
    return st.builds(bytes.__add__, shortest | found, st.sampled_from((b"", b"<fault>")))


def file_names() -> st.SearchStrategy[bytes]:
    """Absolute paths as a file system holds them, hostile ones above all: any byte but NUL.

    Newlines and their escaped form, `` (deleted)`` once and twice, look-alikes of the kernel's own
    names and of whole lines, bytes that are no UTF-8, components of 255 bytes, paths of many.
    """
    free = _binary(255).map(lambda text: text.replace(b"/", b"_"))
    component = st.sampled_from(_COMPONENTS) | free.filter(bool)
    short = st.lists(component, min_size=1, max_size=4)
    deep = st.tuples(component, st.integers(1, 15)).map(lambda pair: [pair[0]] * pair[1])
    return (short | deep).map(lambda parts: b"/" + b"/".join(parts))


def _binary(size: int) -> st.SearchStrategy[bytes]:
    return st.lists(_ANY_BYTE, max_size=size).map(bytes)


def _ascii(text: str) -> bytes:
    return text.encode("ascii")


# --- names ----------------------------------------------------------------------------------------

_WORDS = re.compile("(LABEL|TID|KEY|INODE|CLASS|NUMBER)")

_EMULATED = {
    "freebsd": (b"[vdso]", b"[stack]"),
    "cygwin": (
        b"[peb]", b"[teb (tid 4242)]", b"[stack (tid 4242)]", b"[stack (tid 4242) shared]",
        b"[heap]",
        b"[win heap 0 default grow]", b"[cygheap]", b"[shared-user-data]", b"[procinfo]",
        b"[cygwin-shared]", b"[cygwin-user-shared]", b"[teb (tid 4242) shared]",
    ),
}  # fmt: skip
"""Names that emulations invent: linprocfs.c; winsup/cygwin/fhandler/process.cc."""


def names(producer: Producer | str | None = None) -> st.SearchStrategy[Name]:
    """Name columns that *producer* can print and that its text leaves no doubt about.

    Where newlines are not escaped a name can forge whole lines; such names are not drawn. Without a
    producer it is the newest mainline kernel.
    """
    return _names(_producer(producer))


@functools.cache
def _names(made: Producer) -> st.SearchStrategy[Name]:
    record_of = load_grammar(made.dialect).record_of

    def file(path: bytes, deleted: bool) -> Name:  # noqa: FBT001 - drawn, not written, by place
        return path_name(path, made, deleted=deleted)

    files = st.builds(file, file_names(), st.booleans())
    invented = [
        _invented(name, made).map(record_of) for name in PSEUDO_NAMES if _possible(name, made)
    ]
    if made.kind in _EMULATED:
        invented.append(st.sampled_from(_EMULATED[made.kind]).map(record_of))
    return st.one_of(st.just(Unnamed()), files, *invented).filter(lambda name: _told(name, made))


def _possible(name: PseudoName, made: Producer) -> bool:
    if name.kind == "rollup" or (made.brackets is None and made.release is None):
        return False
    if name.producer not in ("Linux", "Android" if made.kind == "android" else "Linux"):
        return False
    if not name.pattern_text.startswith("/") and made.brackets is not None:
        return name.kind in made.brackets
    return made.release is not None and name.span.covers(made.release) is not False


def _invented(name: PseudoName, made: Producer) -> st.SearchStrategy[bytes]:
    """The texts of an invented name, as *made* prints them."""
    parts = [_part(word, name, made) for word in _WORDS.split(name.pattern_text)]
    return st.tuples(*parts).map(b"".join)


def _part(word: str, name: PseudoName, made: Producer) -> st.SearchStrategy[bytes]:
    decimal = st.integers(0, 2**31 - 1).map(lambda number: b"%d" % number)
    texts: dict[str, st.SearchStrategy[bytes]] = {
        "TID": decimal,
        "NUMBER": decimal,
        "INODE": decimal,
        "KEY": st.integers(0, 2**32 - 1).map(lambda key: b"%08x" % key),
        "CLASS": st.sampled_from(
            (b"[perf_event]", b"[io_uring]", b"kvm-vcpu:0", b"bpf-map", b"x y")
        ),
        "LABEL": _own_label(made) if name.kind in ("anon", "anon_shmem") else _file_label(made),
    }
    return texts[word] if word in texts else st.just(_ascii(word))


def _own_label(made: Producer) -> st.SearchStrategy[bytes]:
    rule = made.labels
    if rule is None:
        return labels()
    return labels(limit=rule.limit) if rule.checked else raw_android_names()


def _file_label(made: Producer) -> st.SearchStrategy[bytes]:
    """What a program may call its memfd: any bytes but NUL."""
    label = st.sampled_from(_COMPONENTS) | _binary(249)
    return label.map(lambda text: text.replace(b"\n", NEWLINE)) if made.escapes else label


def _told(name: Name, made: Producer) -> bool:
    """Whether the text between an inode and the next line can only be *name*."""
    if not name.raw:
        return True
    if name.raw.startswith(b" "):
        return False
    grammar = load_grammar(made.dialect)
    for behind in (b"", b"\n", b"\n00400000-00401000 r-xp 00000000 08:01 42 \n", b"\nSize: 4 kB\n"):
        line = b"00400000-00401000 r-xp 00000000 08:01 42 " + name.raw + behind
        found = grammar.header.match(line)
        if not found or found["NAME"] != name.raw:
            # No file but maps stands in the text of those who print no smaps.
            if behind.startswith(b"\nSize") and not made.smaps:
                continue
            return False
    return True


# --- records --------------------------------------------------------------------------------------


def mappings(
    producer: Producer | str | None = None, kind: Literal["maps", "smaps"] = "maps"
) -> st.SearchStrategy[Mapping]:
    """Single mappings that *producer* can print in that file."""
    made = _producer(producer)
    top = (1 << made.header.address_bits - 12) - 1
    bounds = st.lists(st.integers(0, top), min_size=2, max_size=2, unique=True).map(sorted)
    return bounds.flatmap(lambda pages: _mapping(made, pages[0] * _PAGE, pages[1] * _PAGE, kind))


@st.composite
def address_spaces(
    draw: st.DrawFn,
    producer: Producer | str | None = None,
    kind: FileKind = "maps",
    *,
    max_size: int = 8,
) -> list[Mapping]:
    """What one whole file says: mappings in rising order, none overlapping, some adjacent.

    For ``rollup`` it is the one record of smaps_rollup. At most *max_size* mappings. Raises
    `ValueError` for a file that the producer does not print.
    """
    made = _producer(producer)
    if not made.prints(kind):
        raise ValueError(f"{made} prints no {kind}, or how is not established")
    top = (1 << made.header.address_bits - 12) - 1
    if kind == "rollup":
        low, high = sorted(draw(st.tuples(st.integers(0, top), st.integers(0, top))))
        return [_rollup(low * _PAGE, high * _PAGE, draw(_usage(made, made.rollup)))]
    cuts = sorted(draw(st.sets(st.integers(0, top), max_size=max_size + 1)))
    found: list[Mapping] = []
    for low, high in itertools.pairwise(cuts):
        if draw(st.sampled_from((True, True, False))):
            found.append(draw(_mapping(made, low * _PAGE, high * _PAGE, kind)))
    if found and all(record.name.raw.endswith(b"\r") for record in found):
        # A file whose every line ends in CR LF is taken for one that was converted.
        found[-1] = attrs.evolve(found[-1], name=Unnamed())
    return found


def _mapping(made: Producer, start: int, end: int, kind: FileKind) -> st.SearchStrategy[Mapping]:
    header = made.header
    major, minor = header.device_bits
    usage = _usage(made, made.smaps) if kind == "smaps" else st.none()
    return st.builds(
        Mapping,
        start=st.just(start),
        end=st.just(end),
        perms=_perms(made),
        offset=_offsets(header.offset_bits),
        device=st.builds(Device, _number(major), _number(minor)),
        inode=_number(header.inode_bits),
        name=names(made),
        usage=usage,
    ).filter(lambda record: _separate(record, made))


def _separate(record: Mapping, made: Producer) -> bool:
    """QEMU prints some names directly behind the inode: nobody can tell them from it."""
    if not made.header.mirrored:
        return True
    nameless = Mapping(
        record.start,
        record.end,
        record.perms,
        record.offset,
        record.device,
        record.inode,
        Unnamed(),
    )
    return len(render([nameless], made)) - 1 != made.header.column


def _rollup(start: int, end: int, usage: Usage) -> Mapping:
    none = Perms.from_text("---p")
    return Mapping(start, end, none, 0, Device(0, 0), 0, Special(b"[rollup]", "rollup"), usage)


def _number(bits: int) -> st.SearchStrategy[int]:
    """Numbers of up to that many bits, small ones and the largest often."""
    top = (1 << bits) - 1
    return st.integers(0, min(top, 255)) | st.integers(0, top) | st.just(top)


def _offsets(bits: int) -> st.SearchStrategy[int]:
    pages = st.integers(0, (1 << bits - 12) - 1).map(lambda page: page * _PAGE)
    return st.just(0) | pages | _number(bits)


def _perms(made: Producer) -> st.SearchStrategy[Perms]:
    rights = ["".join(text) for text in _products("r-", "w-", "x-")]
    if made.header.reserved:
        rights.append("===")
    texts = st.tuples(st.sampled_from(rights), st.sampled_from(made.header.sharing))
    return texts.map("".join).map(Perms.from_text)


def _products(*choices: str) -> list[tuple[str, ...]]:
    return [
        (first, second, third)
        for first in choices[0]
        for second in choices[1]
        for third in choices[2]
    ]


@functools.cache
def _usage(made: Producer, lines: tuple[FieldLine, ...]) -> st.SearchStrategy[Usage]:
    """Fields as *made* prints them: those it always prints, and each of the others or not."""
    required: dict[str, st.SearchStrategy[int | Name | VmFlags]] = {}
    optional: dict[str, st.SearchStrategy[int | Name | VmFlags]] = {}
    for line in lines:
        if line.format is not None:
            (required if line.required else optional)[line.field.attribute] = _value(
                line.field, made
            )
    return st.fixed_dictionaries(required, optional=optional).map(_filled)


def _filled(values: dict[str, Any]) -> Usage:
    return Usage(**values)


def _value(field: Field, made: Producer) -> st.SearchStrategy[int | Name | VmFlags]:
    if field.unit == "kB":
        most = _U64 // _KB - 1
        kilobytes = st.integers(0, 64) | st.integers(0, most) | st.just(most)
        return kilobytes.map(lambda number: number * _KB)
    if field.unit == "count":
        return st.integers(0, 1) | st.integers(0, _U64 - 2)
    if field.unit == "flags":
        return _flags(made)
    return _own_label(made).map(AnonName.of).filter(lambda name: _told(name, made))


def _flags(made: Producer) -> st.SearchStrategy[VmFlags]:
    release = made.release
    known = [
        flag.mnemonic
        for flag in VMFLAG_TABLE
        if release is not None and flag.span.covers(release) is not False
    ]
    words = st.lists(st.sampled_from([*known, UNNAMED_BIT]), unique=True, max_size=12)
    return words.map(
        lambda found: VmFlags(b"".join(b" " + word for word in found) + made.flags_tail)
    )


# --- bytes ----------------------------------------------------------------------------------------


def every_producer(kind: FileKind = "maps") -> st.SearchStrategy[Producer]:
    """The producers of `procmaps.producers` that print that file; simplest: newest mainline."""
    found = [made for made in producers.every_producer() if made.prints(kind)]
    plain = [made for made in found if made.kind == "linux"]
    return st.just(plain[-1]) | st.sampled_from(found)


def dumps(
    producer: Producer | str | None = None, kind: FileKind = "maps", *, max_size: int = 8
) -> st.SearchStrategy[bytes]:
    """Whole files as *producer* prints them; without one, as any does that escapes newlines.

    What is drawn with no producer reads without a problem in the dialect ``linux``.
    """
    if producer is not None:
        made = _producer(producer)
        return address_spaces(made, kind, max_size=max_size).map(
            lambda records: render(records, made)
        )
    linux = every_producer(kind).filter(lambda made: made.dialect == "linux")
    return linux.flatmap(lambda made: dumps(made, kind, max_size=max_size))


def snapshots(
    producer: Producer | str | None = None, kind: FileKind = "maps", *, max_size: int = 8
) -> st.SearchStrategy[Snapshot]:
    """The same, loaded by the producer's dialect."""
    name = "linux" if producer is None else _producer(producer).dialect
    return dumps(producer, kind, max_size=max_size).map(lambda text: loads(text, dialect=name))


def grammar_bytes(name: str = "linux", start: str = "maps") -> st.SearchStrategy[bytes]:
    """Bytes drawn from the grammar of a dialect: every one is accepted by its rule *start*.

    *start* is ``maps``, ``smaps``, ``rollup``, ``line`` or ``name``. A grammar has no semantics: an
    area may end before it starts, and a field may stand twice. Raises
    `procmaps.errors.UnknownDialect` for a dialect that there is no grammar for.
    """
    lark = parser(dialect(name))
    text = from_lark(lark, start=start, alphabet=st.characters(max_codepoint=255))
    return text.map(lambda drawn: drawn.encode("latin-1"))


@st.composite
def broken(
    draw: st.DrawFn, intact: st.SearchStrategy[bytes] | None = None, *, max_faults: int = 3
) -> bytes:
    """A dump that something happened to: one to *max_faults* faults of `FAULTS`, one after another.

    *intact* draws the dumps; without it they are of `dumps`, maps and smaps.
    """
    text = draw(intact if intact is not None else dumps() | dumps(kind="smaps"))
    for fault in draw(st.lists(st.sampled_from(FAULTS), min_size=1, max_size=max_faults)):
        text = fault(draw, text)
    return text


def _place(draw: st.DrawFn, text: bytes) -> int:
    return draw(st.integers(0, len(text)))


def _stretch(draw: st.DrawFn, text: bytes) -> tuple[int, int]:
    first, second = sorted((_place(draw, text), _place(draw, text)))
    return first, second


def torn(draw: st.DrawFn, text: bytes) -> bytes:
    """The end is missing: a read was cut short."""
    return text[: _place(draw, text)]


def beheaded(draw: st.DrawFn, text: bytes) -> bytes:
    """The start is missing: a log kept only its tail."""
    return text[_place(draw, text) :]


def hollowed(draw: st.DrawFn, text: bytes) -> bytes:
    """A stretch is missing, perhaps in the middle of lines."""
    first, second = _stretch(draw, text)
    return text[:first] + text[second:]


def repeated(draw: st.DrawFn, text: bytes) -> bytes:
    """Some lines stand twice: the kernel printed an area again in the next chunk."""
    lines = re.findall(rb"[^\n]*\n|[^\n]+", text)
    first, second = sorted((draw(st.integers(0, len(lines))), draw(st.integers(0, len(lines)))))
    return b"".join((*lines[:second], *lines[first:]))


def flipped(draw: st.DrawFn, text: bytes) -> bytes:
    """One byte is another."""
    if not text:
        return text
    place = draw(st.integers(0, len(text) - 1))
    return text[:place] + bytes((draw(st.integers(0, 255)),)) + text[place + 1 :]


def littered(draw: st.DrawFn, text: bytes) -> bytes:
    """Something foreign stands in it."""
    place = _place(draw, text)
    return text[:place] + draw(st.binary(min_size=1, max_size=16)) + text[place:]


def dos(_draw: st.DrawFn, text: bytes) -> bytes:
    """Every line ends in CR LF."""
    return text.replace(b"\n", b"\r\n")


def unended(_draw: st.DrawFn, text: bytes) -> bytes:
    """The last newline is missing."""
    return text.removesuffix(b"\n")


Fault = Callable[[st.DrawFn, bytes], bytes]
"""One thing that can happen to a dump."""

FAULTS: tuple[Fault, ...] = (
    unended, torn, beheaded, hollowed, repeated, flipped, littered, dos,
)  # fmt: skip
"""What `broken` does to a dump."""


def _producer(given: Producer | str | None) -> Producer:
    if given is None:
        return producers.newest()
    return producers.parse(given) if isinstance(given, str) else given
