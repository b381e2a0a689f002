"""Android kernels: labels read through user pointers, longer labels, additional fields."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from corpus.tools.builder import printer
from corpus.tools.builder.making import (
    BASE,
    FOLLOWER,
    LABEL,
    allow,
    make,
    pair,
    refuse,
    with_lines,
)
from corpus.tools.builder.model import NONE, PAGE, STACK, Case, FieldLine, Vma, anon, path, special

POINTER = (
    '"ANDROID: mm: add a field to store names for private anonymous memory", seq_print_vma_name()'
)
LONG = "android13-5.15: ANON_VMA_NAME_MAX_LEN 256"
COMPAT = "mm/pgsize_migration.c of the Android common kernels, 5.10-6.12"

SPACE, DEL = 0x20, 0x7F

RAW = (
    ("raw-tab", b"a\tb", "a tab."),
    ("raw-cr", b"a\r", "a carriage return at the end."),
    ("raw-escape", b"\x1b[31mred", "an escape sequence of a terminal, with its bracket."),
    ("raw-utf8", "größe".encode(), "UTF-8."),
    ("raw-latin1", b"gr\xf6\xdfe", "Latin-1, not UTF-8."),
    ("raw-high", b"\x80\xff\xfe", "bytes above 0x7f that are not UTF-8."),
    ("raw-bracket", b"a]b", "a closing bracket."),
    ("raw-bracket-end", b"a]", "a closing bracket at the end, before that of the name."),
    ("raw-bracket-open", b"[heap]", "another name with its brackets."),
    ("raw-backslash", b"a\\b", "a backslash."),
    ("raw-octal", rb"a\012b", "a backslash and three digits, which are not an escape."),
    ("raw-dollar", b"$x`y`", "characters that mainline Linux rejects in labels."),
    ("raw-variable", b"$build", "a variable of Perl and of shells."),
    ("raw-command", b"$(x)", "a command of a shell."),
    ("raw-escape-hexadecimal", b"\\x41", "a byte in hexadecimal."),
    ("raw-set", b"[x", "an unmatched opening bracket."),
    ("raw-unit-separator", b"a\x1c\x1d\x1e\x1fb", "separators at which str.splitlines() splits."),
    ("raw-vertical-tab", b"a\x0b\x0cb", "vertical tab and form feed."),
    ("raw-controls", bytes(range(1, 9)), "control characters."),
    ("raw-leading-space", b" x", "a leading space."),
    ("raw-trailing-space", b"x ", "a trailing space."),
)  # fmt: skip


def cases() -> Iterator[Case]:
    """Yield the versions of ``[anon:…]``, then the lines that only Android prints."""
    for name, label, content in RAW:
        yield _old(
            name, label, f"A label of arbitrary bytes, read from the program's memory: {content}"
        )
    yield _old("raw-longest", b"x" * 255, "A label of NAME_MAX bytes, 255.")
    yield _old("raw-longest-high", b"\xff" * 255, "A label of 255 bytes that are not UTF-8.")
    yield _old("fault", b"<fault>", "The page of the label could not be read.")
    yield _old("fault-half", b"foo<fault>", "The second page of the label could not be read.")
    yield from _newlines()
    for length in (80, 128, 254, 255):
        yield make(
            "android",
            f"length-{length}",
            f"A label of {length} bytes: Android allows 255, mainline 79.",
            pair(anon((b"0123456789" * 26)[:length])),
            source=LONG,
            producer="android",
            since="5.15",
            tags=("label",),
            feature="label-long",
            control=pair(LABEL),
        )
    yield from _name_lines()
    yield from _fields()
    yield _page_size_compat()


def _old(name: str, label: bytes, shows: str) -> Case:
    return make(
        "android",
        name,
        shows,
        pair(anon(label)),
        source=POINTER,
        producer="android",
        since="3.4",
        until="5.4",
        tags=("label", "raw"),
        feature="label-raw",
        control=pair(LABEL),
        disputed="control-characters" if any(c < SPACE or c == DEL for c in label) else "",
    )


def _newlines() -> Iterator[Case]:
    """A raw newline splits the line. Nothing in the text says which kernel printed it."""
    rows = (
        ("newline", b"two\nlines", "A newline within the label."),
        ("newline-forged", b"x\n1000-2000 r-xp 00000000 fd:01 42   /bin/x",
         "A newline and text that looks like a header line: a program can forge one."),
    )  # fmt: skip
    for name, label, shows in rows:
        whole, follower = pair(anon(label))
        head, _, tail = (b"[anon:" + label + b"]").partition(b"\n")
        split = attrs.evolve(whole, name=attrs.evolve(whole.name, raw=head, kind="other", more={}))
        case = make(
            "android",
            name,
            f"{shows} The text does not say where the label ends.",
            [whole, follower],
            source=POINTER,
            producer="android",
            since="3.4",
            until="5.4",
            tags=("label", "raw", "newline"),
            kinds=("maps",),
            feature="label-newline",
            control=pair(LABEL),
        )
        records = [*case.records, printer.record(split)]
        choices = [allow("newline-joined", 0, 1), allow("newline-split", 2, 1)]
        if tail.startswith(b"1000"):
            forged = Vma(0x1000, 0x2000, "r-xp", 0, 0xFD, 1, 42, path(b"/bin/x]"))
            records.append(printer.record(forged))
            choices[1] = allow("newline-split", 2, 3, 1)
        yield attrs.evolve(case, records=records, either=(*choices, refuse("malformed-rejected")))


_PAIR_32 = Vma(0x40000000, 0x40008000), Vma(0xBEFDF000, 0xBF000000, name=STACK)


def _name_lines() -> Iterator[Case]:
    """The smaps line Name. Its position changed with each port of the patch."""
    name = LABEL
    line = FieldLine("Name", name.raw, b"Name:           " + name.raw)
    positions = {
        "name-line-first": ("directly after the header", "4.9", 0),
        "name-line-behind-locked": ("after Locked", "3.4", None),
        "name-line-behind-flags": ("after VmFlags", "3.10", None),
    }
    for title, (where, fields_of, index) in positions.items():
        # Before VmFlags existed, Android had 32-bit kernels only.
        old = fields_of == "3.4"
        mapping, follower = _PAIR_32 if old else pair(NONE)
        mapping = attrs.evolve(mapping, name=name)
        lines = list(printer.lines_of(mapping, fields_of))
        lines.insert(len(lines) if index is None else index, line)
        case = make(
            "android",
            title,
            f"The line Name of old Android smaps, {where}. The next mapping has none.",
            [with_lines(mapping, lines), follower],
            source=POINTER,
            producer="android",
            since="3.4",
            until="5.4",
            tags=("label", "name-line", *(("32-bit",) if old else ())),
            fields_of=fields_of,
            header=printer.linux32 if old else printer.linux64,
            kinds=("smaps",),
            feature="name-line",
            control=[mapping, follower],
            likely="kernels",
        )
        yield _with_name_member(case, name.json())


def _with_name_member(case: Case, name: dict[str, object]) -> Case:
    first, *rest = case.records
    usage = {key: value for key, value in first["usage"].items() if key != "extra"}
    return attrs.evolve(case, records=[first | {"usage": usage | {"name": name}}, *rest])


def _fields() -> Iterator[Case]:
    mapping, follower = pair(anon(b"libc_malloc"))
    lines = list(printer.lines_of(mapping, "4.14"))
    index = next(at for at, line in enumerate(lines) if line.key == "SwapPss") + 1
    keys = ("Writeback", "WritebackHuge", "Same", "Huge", "SwapShared")
    lines[index:index] = [printer.size(key, 8 * at + 4) for at, key in enumerate(keys)]
    yield make(
        "android",
        "zram-fields",
        "Five vendor fields after SwapPss. The next mapping has none of them.",
        [with_lines(mapping, lines), follower],
        source="CONFIG_ZRAM_LRU_WRITEBACK of Samsung's kernels",
        producer="android",
        since="4.14",
        tags=("vendor",),
        fields_of="4.14",
        kinds=("smaps",),
        feature="fields-vendor",
        control=[mapping, follower],
    )
    bare = [line for line in printer.lines_of(mapping, "5.10") if line.key != "VmFlags"]
    yield make(
        "android",
        "flags-without-last-space",
        "A patch that rewrites VmFlags, without the space after the last flag.",
        [with_lines(mapping, [*bare, printer.raw_flags(b" mr mw me")]), follower],
        source="the SUSFS patches for Android kernels",
        producer="android",
        since="4.9",
        tags=("vendor", "vmflags"),
        fields_of="5.10",
        kinds=("smaps",),
        feature="flags-unusual",
        control=[with_lines(mapping, [*bare, printer.raw_flags(b" mr mw me ")]), follower],
    )


def _page_size_compat() -> Case:
    library = Vma(BASE, BASE + PAGE, "r-xp", 0, 0xFD, 1, 42, path(b"/system/lib64/libc.so"))
    gap = Vma(
        BASE + PAGE,
        BASE + 4 * PAGE,
        "---p",
        name=special("page_size_compat", b"[page size compat]"),
    )
    return make(
        "android",
        "page-size-compat",
        "A line without a mapping: padding after a library's segment on systems with 16 KB pages.",
        [library, gap, FOLLOWER],
        source=COMPAT,
        producer="android",
        since="5.10",
        tags=("pseudo",),
        feature="padding-line",
        control=[library, attrs.evolve(gap, name=NONE), FOLLOWER],
    )
