# ruff: noqa: E501 - rows of tables are read across
"""Dumps that were damaged after they were printed, and text that no producer prints."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from corpus.tools.builder import printer
from corpus.tools.builder.evidence import (
    END_OF_TEXT,
    START_OF_TEXT,
    literal,
    together,
    whole_line,
    without,
)
from corpus.tools.builder.making import (
    BASE,
    FOLLOWER,
    LIBRARY,
    allow,
    make,
    plain,
    refuse,
    rollup,
    with_lines,
)
from corpus.tools.builder.model import (
    HEAP,
    PAGE,
    Case,
    Json,
    Likely,
    Vma,
    file_vma,
    path,
    unknown,
)

EMPTY = f"{START_OF_TEXT}{END_OF_TEXT}"
"""An empty dump."""
READ = "seq_read() prints whole records into a page at a time, fs/seq_file.c"
FIRST = file_vma(BASE, BASE + PAGE, path(b"/opt/first"))
SECOND = file_vma(BASE + PAGE, BASE + 2 * PAGE, path(b"/opt/second.so"), perms="r-xp", inode=9)


def cases() -> Iterator[Case]:
    """Yield ends of lines and files, torn and repeated lines, then invalid lines."""
    yield from _ends()
    yield from _torn()
    yield from _repeated()
    yield from _invalid()
    yield from _invalid_fields()


def _case(
    name: str,
    shows: str,
    texts: dict[str, bytes],
    records: list[Json],
    source: str,
    *tags: str,
    feature: str,
    control: Case | None,
    either: tuple[Json, ...] = (),
    invalid_lines: dict[str, list[Json]] | None = None,
    since: str = "2.6.18",
    likely: Likely = "hypothetical",
    disputed: str = "",
    shown_by: tuple[str, ...] = (),
) -> Case:
    return Case(
        "damaged", name, shows, source, texts, records, tags=tags, either=either,
        invalid_lines=invalid_lines or {}, since=since, feature=feature, control=control,
        likely=likely, disputed=disputed or ("malformed-lines" if invalid_lines else ""),
        shown_by=shown_by, fields_of="6.12" if "smaps" in texts else "",
    )  # fmt: skip


def _maps(*mappings: Vma) -> bytes:
    return b"".join(printer.linux64(vma) + b"\n" for vma in mappings)


def _ends() -> Iterator[Case]:
    both = [printer.record(FIRST), printer.record(SECOND)]
    text = _maps(FIRST, SECOND)
    whole = plain([FIRST, SECOND], ("maps", "smaps"))
    no_memory = "proc_maps_open(): no mm, no lines"
    yield _case("empty", "An empty file, as of kernel threads and zombies.", {"maps": b"", "smaps": b""}, [],
                no_memory, "end", feature="line-ends", likely="kernels", control=whole,
                shown_by=(EMPTY,))  # fmt: skip
    yield _case("empty-rollup", "An empty smaps_rollup, as of kernel threads and zombies.",
                {"smaps_rollup": b""}, [], no_memory, "end", feature="line-ends", likely="kernels",
                control=plain([rollup("6.12")], ("smaps_rollup",)), shown_by=(EMPTY,))  # fmt: skip
    yield _case("no-final-newline", "The last newline is missing, as in many pasted dumps.",
                {kind: dump[:-1] for kind, dump in whole.texts.items()}, whole.records, READ, "end",
                feature="line-ends", disputed="no-last-newline", control=whole)  # fmt: skip
    unnamed = Vma(BASE + PAGE, BASE + 2 * PAGE)
    yield _case("no-final-newline-unnamed", "The last newline is missing after an unnamed mapping.",
                {"maps": _maps(FIRST, unnamed)[:-1]},
                [printer.record(FIRST), printer.record(unnamed)], READ, "end",
                feature="line-ends", disputed="no-last-newline",
                control=plain([FIRST, unnamed], ("maps",)))  # fmt: skip
    carriage = [
        printer.record(attrs.evolve(vma, name=path(name + b"\r")))
        for vma, name in ((FIRST, b"/opt/first"), (SECOND, b"/opt/second.so"))
    ]
    choices = (allow("crlf-line-end", 0, 1), allow("crlf-in-name", 2, 3))
    dos = text.replace(b"\n", b"\r\n")
    yield _case("crlf", "Every line ends in CR LF, as after mail or a Windows editor.",
                {"maps": dos}, [*both, *carriage], "no producer; a name may end in CR", "end",
                feature="line-ends", control=whole, either=choices)  # fmt: skip
    yield _case("crlf-no-final-newline", "Lines end in CR LF, the last line has no line end.",
                {"maps": dos[:-2]}, [*both, *carriage[:1]], "no producer", "end",
                feature="line-ends", disputed="no-last-newline",
                control=plain([_with_cr(FIRST), _with_cr(SECOND)], ("maps",)),
                either=(allow("crlf-line-end", 0, 1), allow("crlf-in-name", 2, 1)))  # fmt: skip
    kept = plain([_with_cr(FIRST), _with_cr(FOLLOWER)], ("smaps",))
    ordinary = plain([FIRST, FOLLOWER], ("smaps",))
    yield _case("crlf-smaps", "Every line ends in CR LF, in smaps.",
                {"smaps": ordinary.texts["smaps"].replace(b"\n", b"\r\n")},
                ordinary.records + kept.records, "no producer", "end", feature="line-ends", control=ordinary,
                either=(allow("crlf-line-end", 0, 1), allow("crlf-in-name", 2, 3),
                        refuse("malformed-rejected")))  # fmt: skip


def _with_cr(vma: Vma) -> Vma:
    """Return *vma* with a carriage return at the end of its name, which is then not a kernel name."""
    name = path(vma.name.raw + b"\r") if vma.name.kind == "file" else unknown(vma.name.raw + b"\r")
    return attrs.evolve(vma, name=name)


def _torn() -> Iterator[Case]:
    first = printer.record(FIRST)
    text = _maps(FIRST, SECOND)
    both = plain([FIRST, SECOND], ("maps",))
    start = text.index(b"\n") + 1
    cuts = (
        ("torn-address", 7, "within the first address"),
        ("torn-range", 13, "after the dash of the address range"),
        ("torn-perms", 28, "within the permissions"),
        ("torn-offset", 34, "within the offset"),
        ("torn-device", 42, "within the device"),
    )
    for name, length, where in cuts:
        yield _case(name, f"The text ends {where}, because a buffer was too small.",
                    {"maps": text[: start + length]}, [first], "a reader whose buffer is too small", "torn",
                    feature="torn", control=both,
                    either=(allow("malformed-skipped", 0), refuse("malformed-rejected")),
                    invalid_lines={"maps": [{"line": 2, "reason": f"ends {where}"}]})  # fmt: skip
    inode = attrs.evolve(SECOND, inode=787324)
    whole = _maps(FIRST, inode)
    cut = start + whole[start:].index(b"787324") + 3
    shorter = printer.record(Vma(inode.start, inode.end, "r-xp", 0, 0xFD, 1, 787))
    yield _case("torn-inode", "The text ends within the inode. The rest looks complete.",
                {"maps": whole[:cut]}, [first, shorter], "a reader whose buffer is too small", "torn",
                    feature="torn", control=plain([FIRST, inode], ("maps",)),
                either=(allow("torn-kept", 0, 1), allow("torn-dropped", 0),
                        refuse("malformed-rejected")))  # fmt: skip
    half = printer.record(attrs.evolve(SECOND, name=path(b"/opt/sec")))
    yield _case("torn-name", "The text ends within a name. The rest looks complete.",
                {"maps": text[:-7]}, [first, half], "a reader whose buffer is too small", "torn",
                    feature="torn", control=both,
                either=(allow("torn-kept", 0, 1), allow("torn-dropped", 0),
                        refuse("malformed-rejected")))  # fmt: skip
    yield from _torn_smaps()
    yield _case("torn-at-record", "The text ends after a complete record. Nothing shows that the rest is missing.",
                {"maps": text[:start]}, [first], "the process exits during a read: the file just ends", "torn",
                feature="torn", likely="kernels", control=both, shown_by=(f"^{literal(text[: start - 1])}\\n{END_OF_TEXT}",))  # fmt: skip
    middle = text[:start] + text[start + 40 :]
    rest = _maps(FOLLOWER)
    all_three = plain([FIRST, SECOND, FOLLOWER], ("maps",))
    yield _case("torn-head", "The start of a line is lost between two reads. Complete lines follow.",
                {"maps": middle + rest}, [first, printer.record(FOLLOWER)],
                "a reader that loses bytes between reads", "torn", feature="torn", control=all_three,
                either=(allow("malformed-skipped", 0, 1), refuse("malformed-rejected")),
                invalid_lines={"maps": [{"line": 2, "reason": "the first 40 bytes are missing"}]})  # fmt: skip


def _torn_smaps() -> Iterator[Case]:
    lines = printer.lines_of(FIRST, "6.12")
    whole = plain([FIRST], ("smaps",))
    text = whole.texts["smaps"]
    for name, line, keep, where in (
        ("torn-field-key", 5, 3, "within the key of a field"),
        ("torn-field-value", 5, 12, "between a key and its value"),
    ):
        end = text.index(lines[line].printed) + keep
        record = printer.record(FIRST, lines[:line])
        yield _case(name, f"The text ends {where}.", {"smaps": text[:end]}, [record],
                    "a reader whose buffer is too small", "torn",
                    feature="torn", control=whole,
                    either=(allow("malformed-skipped", 0), refuse("malformed-rejected")),
                    invalid_lines={"smaps": [{"line": line + 2, "reason": f"ends {where}"}]},
                    since="6.12")  # fmt: skip
    second = Vma(BASE * 2, BASE * 2 + PAGE)
    yield make("damaged", "torn-between-fields", "The text ends between two fields. The rest is lost.",
               [FOLLOWER, with_lines(second, lines[:7])], source=READ, since="6.12", tags=("torn",),
               kinds=("smaps",), feature="torn", likely="hypothetical", control=[FOLLOWER, second],
               shown_by=[without(second, line.key) for line in lines[7:]])  # fmt: skip


def _repeated() -> Iterator[Case]:
    race = "proc-maps-race.c: 'it can be reported twice (first the original split one, then the same vma but extended)'"
    heap = Vma(BASE, BASE + 2 * PAGE, name=HEAP)
    grown = attrs.evolve(heap, end=BASE + 4 * PAGE)
    split, joined = Vma(BASE + 2 * PAGE, BASE + 3 * PAGE), Vma(BASE, BASE + 3 * PAGE)
    last = file_vma(BASE + 8 * PAGE, BASE + 9 * PAGE, LIBRARY)
    for name, shows, one, two in (
        ("repeated", "One mapping occurs twice: as the last of one read and the first of the next.", heap, heap),
        ("repeated-extended", "One mapping occurs twice, larger the second time: it was merged between two reads.",
         heap, grown),
        ("repeated-backward", "A mapping starts before the end of the previous one: it was merged downwards.",
         split, joined),
    ):  # fmt: skip
        yield make("damaged", name, shows, [one, two, last], source=race, tags=("repeated",),
                   feature="repeated", control=[two, last], shown_by=together(one, two),
                   either=(allow("repeat-kept", 0, 1, 2), allow("repeat-merged", 1, 2)))  # fmt: skip


BAD = (
    ("invalid-text", b"cat: /proc/1/maps: Permission denied", "an error message"),
    ("invalid-blank", b"", "a blank line"),
    ("invalid-words", b"hello world", "ordinary words"),
    ("invalid-no-dash", b"7f2a4c000000 7f2a4c001000 r--p 00000000 fd:01 42 /x", "a space instead of the dash"),
    ("invalid-letter-in-start", b"7f2ag0000000-7f2ah0001000 r--p 00000000 fd:01 42 /x",
     "an address that is not hexadecimal"),
    ("invalid-no-end", b"7f2a4c000000- r--p 00000000 fd:01 42 /x", "no end address"),
    ("invalid-no-perms", b"7f2a4d000000-7f2a4d001000 00000000 fd:01 42 /x", "no permissions"),
    ("invalid-perms-letter", b"7f2a4d000000-7f2a4d001000 q--p 00000000 fd:01 42 /x",
     "an invalid permission letter"),
    ("invalid-perms-short", b"7f2a4d000000-7f2a4d001000 rw 00000000 fd:01 42 /x", "only two permission letters"),
    ("invalid-perms-order", b"7f2a4d000000-7f2a4d001000 wr-p 00000000 fd:01 42 /x",
     "permissions in the wrong order"),
    ("invalid-no-offset", b"7f2a4d000000-7f2a4d001000 r--p fd:01 42 /x", "no offset"),
    ("invalid-offset", b"7f2a4d000000-7f2a4d001000 r--p zero fd:01 42 /x", "an offset that is not a number"),
    ("invalid-no-device", b"7f2a4d000000-7f2a4d001000 r--p 00000000 42 /x", "no device"),
    ("invalid-device", b"7f2a4d000000-7f2a4d001000 r--p 00000000 fd01 42 /x", "a device without a colon"),
    ("invalid-device-half", b"7f2a4d000000-7f2a4d001000 r--p 00000000 fd: 42 /x", "half a device"),
    ("invalid-no-inode", b"7f2a4d000000-7f2a4d001000 r--p 00000000 fd:01 /x", "no inode"),
    ("invalid-inode-word", b"7f2a4d000000-7f2a4d001000 r--p 00000000 fd:01 many /x",
     "an inode that is not a number"),
    ("invalid-inode-negative", b"7f2a4d000000-7f2a4d001000 r--p 00000000 fd:01 -1 /x",
     "a negative inode"),
    ("invalid-nothing-but-range", b"7f2a4d000000-7f2a4d001000", "an address range and nothing else"),
    ("invalid-binary", bytes(range(1, 10)) + b"\xff\xfe\x80", "binary data"),
    ("invalid-tombstone", b"    0000007a'1c2d3000-0000007a'1c2d4fff r-x         0      2000  /x",
     "a line of an Android tombstone"),
    ("invalid-sanitizer", b"\t0x7f2a4d000000-0x7f2a4d001000\t/x", "a line of a sanitizer report"),
    ("invalid-quoted", b"> 7f2a4d000000-7f2a4d001000 r--p 00000000 fd:01 42 /x", "a quoted line of a mail"),
    ("invalid-dmesg", b"[  12.345678] 7f2a4d000000-7f2a4d001000 r--p 00000000 fd:01 42 /x",
     "a line after a kernel time stamp"),
)  # fmt: skip


def _invalid() -> Iterator[Case]:
    good = [printer.record(FIRST), printer.record(FOLLOWER)]
    for name, bad, reason in BAD:
        text = _maps(FIRST) + bad + b"\n" + _maps(FOLLOWER)
        yield _case(name, f"The second of three lines is invalid: {reason}.", {"maps": text}, good,
                    "no producer", "invalid", feature="malformed", control=plain([FIRST, FOLLOWER], ("maps",)),
                    either=(allow("malformed-skipped", 0, 1), refuse("malformed-rejected")),
                    invalid_lines={"maps": [{"line": 2, "reason": reason}]})  # fmt: skip
    for name, text, reason in (
        ("invalid-alone", b"cat: /proc/1/maps: No such file or directory\n", "an error message"),
        ("invalid-html", b"<!DOCTYPE html>\n", "an HTML page"),
    ):
        yield _case(name, f"The only line is {reason}.", {"maps": text}, [], "no producer", "invalid",
                    feature="malformed", control=plain([FIRST], ("maps",)),
                    either=(allow("malformed-skipped"), refuse("malformed-rejected")),
                    invalid_lines={"maps": [{"line": 1, "reason": reason}]})  # fmt: skip


def _invalid_fields() -> Iterator[Case]:
    whole = plain([FIRST, FOLLOWER], ("smaps",))
    text, at = whole.texts["smaps"], 4
    lines = printer.lines_of(FIRST, "6.12")
    before = text.index(lines[at].printed)
    kept = [
        printer.record(FIRST, lines),
        printer.record(FOLLOWER, printer.lines_of(FOLLOWER, "6.12", 1)),
    ]
    rows = (
        ("invalid-field-blank", b"", "a blank line between two fields"),
        ("invalid-field-words", b"not a field", "a line of words between two fields"),
        ("invalid-field-no-key", b"                     4 kB", "a value without a key"),
    )
    for name, bad, reason in rows:
        yield _case(name, f"smaps contains {reason}.",
                    {"smaps": text[:before] + bad + b"\n" + text[before:]}, kept, "no producer",
                    "invalid", feature="malformed", control=whole,
                    either=(allow("malformed-skipped", 0, 1), refuse("malformed-rejected")),
                    invalid_lines={"smaps": [{"line": at + 2, "reason": reason}]}, since="6.12")  # fmt: skip
    orphan = b"Rss:                  16 kB\n"
    yield _case("invalid-field-first", "A field precedes the first header.",
                {"smaps": orphan + text}, kept, "no producer", "invalid",
                feature="malformed", control=whole,
                either=(allow("malformed-skipped", 0, 1), refuse("malformed-rejected")),
                invalid_lines={"smaps": [{"line": 1, "reason": "a field without a mapping"}]},
                since="6.12", shown_by=(f"{START_OF_TEXT}{whole_line(orphan)[1:]}",))  # fmt: skip
