# ruff: noqa: E501 - rows of tables are read across
"""The fields of smaps and smaps_rollup: all sets and orders, optional and unknown fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import attrs

from corpus.tools.builder import printer, vm_flags
from corpus.tools.builder.evidence import literal, whole_line, without
from corpus.tools.builder.making import (
    BASE,
    FOLLOWER,
    LABEL,
    allow,
    make,
    plain,
    printed,
    refuse,
    rollup,
    with_lines,
)
from corpus.tools.builder.model import (
    PAGE,
    Case,
    Column,
    FieldLine,
    Likely,
    Vma,
    anon,
    file_vma,
    path,
)
from corpus.tools.builder.printer import (
    FIELDS,
    ROLLUP_FIELDS,
    count,
    flags,
    line_of,
    lines_of,
    other,
    raw_flags,
    size,
)

SHOW = "show_smap(), fs/proc/task_mmu.c"
AREA = file_vma(BASE, BASE + 40 * PAGE, path(b"/usr/lib/libc.so.6"), perms="r-xp")


def cases() -> Iterator[Case]:
    """Yield the fields by release, then optional fields, then rollups."""
    releases = list(FIELDS)
    for release, after in zip(releases, [*releases[1:], ""], strict=True):
        yield make(
            "smaps", f"age-{release}", f"Set, order and widths of the fields in Linux {release}.",
            [AREA, FOLLOWER], source=SHOW, since=release, until=f"before {after}" if after else "",
            tags=("age",), fields_of=release, kinds=("smaps",),
            feature="fields-of-release" if after else "plain",
            control=PLAIN if after else None, shown_by=_shown_by_age(release) if after else (),
        )  # fmt: skip
    yield _smaps(
        "age-4.17-rc", "A release candidate that did not pad single digits.",
        [FieldLine(line.key, line.value, _unpadded(line)) for line in lines_of(AREA, "4.14")],
        source="seq_put_decimal_ull_width() in 4.17-rc only", fields_of="4.14",
        feature="fields-of-release", control=[AREA, FOLLOWER], likely="hypothetical",
    )  # fmt: skip
    yield from _differing()
    yield from _unknown()
    yield from _keys()
    yield from _flags()
    yield from vm_flags.cases(AREA, FOLLOWER)
    yield from _numbers()
    yield from _names()
    yield from _rollups()


def _shown_by_age(release: str) -> list[str]:
    """Return expressions for a line in the format of *release*, and for a field that it lacks."""
    newest = PLAIN.texts["smaps"].split(b"\n")
    printed_then = printed([AREA, FOLLOWER], ("smaps",), release, printer.linux64)[0]["smaps"]
    changed = [line for line in printed_then.split(b"\n")[:-1] if line not in newest]
    missing = sorted(set(FIELDS["6.12"].split()) - set(FIELDS[release].split()))
    return [
        *(whole_line(line + b"\n") for line in changed),
        *(without(area, key) for area in (AREA, FOLLOWER) for key in missing),
    ]


def _unpadded(line: FieldLine) -> bytes:
    """Remove the seven spaces before a single digit."""
    if isinstance(line.value, int) and len(str(line.value)) == 1:
        return line.printed.replace(b" " * 7 + b"%d" % line.value, b"%d" % line.value)
    return line.printed


def _smaps(
    name: str,
    shows: str,
    first: Iterable[FieldLine],
    second: Iterable[FieldLine] | None = None,
    *,
    feature: str,
    control: Sequence[Vma] | Case | None = None,
    source: str = SHOW,
    since: str = "",
    fields_of: str = "6.12",
    tags: tuple[str, ...] = (),
    producer: str = "linux",
    header: printer.Header = printer.linux64,
    likely: Likely | None = None,
    shown_by: Iterable[str] = (),
) -> Case:
    """Return a case whose control has the ordinary fields of *fields_of*."""
    follower = FOLLOWER if second is None else with_lines(FOLLOWER, second)
    return make(
        "smaps", name, shows, [with_lines(AREA, first), follower], source=source,
        since=since or (fields_of if producer == "linux" else ""), fields_of=fields_of, tags=tags, kinds=("smaps",),
        producer=producer, header=header, feature=feature, control=control or [AREA, FOLLOWER],
        likely=likely, shown_by=shown_by,
    )  # fmt: skip


PLAIN = plain([AREA, FOLLOWER], ("smaps",))


def _after(lines: Iterable[FieldLine], key: str, *more: FieldLine) -> list[FieldLine]:
    """Return *lines* with *more* inserted after the line *key*, or first if *key* is empty."""
    found = list(lines)
    index = next((at + 1 for at, line in enumerate(found) if line.key == key), 0)
    found[index:index] = more
    return found


def _before_flags(lines: Iterable[FieldLine], *more: FieldLine) -> list[FieldLine]:
    return _after(lines, "THPeligible", *more)


def _differing() -> Iterator[Case]:
    """Fields that one mapping has and the next does not."""
    base, after = lines_of(AREA, "6.12"), lines_of(FOLLOWER, "6.12", 1)
    key = count("ProtectionKey", 5)
    # Some fields are printed for all mappings or for none, as far as kernels are known.
    unseen: Likely = "hypothetical"
    yield _smaps("key-both", "ProtectionKey on both mappings: a number without a unit.",
                 _before_flags(base, key), _before_flags(after, count("ProtectionKey", 0)),
                 source="arch_show_smap()", feature="fields-differ")  # fmt: skip
    yield _smaps("key-first-only", "ProtectionKey on the first mapping only.",
                 _before_flags(base, key), after, source="arch_show_smap()", feature="fields-differ",
                 likely=unseen)  # fmt: skip
    yield _smaps("key-second-only", "ProtectionKey on the second mapping only.",
                 base, _before_flags(after, key), source="arch_show_smap()", feature="fields-differ",
                 likely=unseen)  # fmt: skip
    old, old_after = lines_of(AREA, "3.10"), lines_of(FOLLOWER, "3.10", 1)
    yield _smaps("nonlinear", "Nonlinear on the first mapping only: it was printed only if it applied.",
                 _after(old, "Locked", size("Nonlinear", 28)), old_after, fields_of="3.10",
                 source="show_smap() 3.10 to 3.19", feature="fields-differ")  # fmt: skip
    guess = "no kernel guarantees equal fields for all mappings"
    later = [line.key for line in after[12:]]
    yield _smaps("fields-then-fewer", "The second mapping lacks half of the fields of the first.",
                 base, after[:12], source=guess, feature="fields-differ", likely=unseen,
                 shown_by=[without(FOLLOWER, key) for key in later])  # fmt: skip
    yield _smaps("fewer-then-fields", "The first mapping lacks half of the fields of the second.",
                 base[:12], after, source=guess, feature="fields-differ", likely=unseen,
                 shown_by=[without(AREA, key) for key in later])  # fmt: skip
    yield _smaps("no-fields-first", "The first mapping has no fields, the second has all.",
                 [], after, source=guess, feature="fields-differ", likely=unseen,
                 shown_by=[without(AREA, line.key) for line in after])  # fmt: skip
    yield _smaps("no-fields-last", "The last mapping has no fields.",
                 base, [], source=guess, feature="fields-differ", likely=unseen,
                 shown_by=[without(FOLLOWER, line.key) for line in after])  # fmt: skip
    yield _smaps("one-field", "Pss and no other field.", [size("Pss", 12)], [size("Pss", 8)],
                 source="lxcore of the Windows Subsystem for Linux 1", producer="wsl",
                 tags=("emulation",), header=printer.column(65), feature="fields-differ",
                 shown_by=[without(area, "Size", printer.column(65)) for area in (AREA, FOLLOWER)])  # fmt: skip
    shuffled = (*base[3:9], *base[:3], *base[9:])
    first, second = (literal(printer.linux64(area)) for area in (AREA, FOLLOWER))
    differ = rf"^{first}\n(?:Rss|\w*Pss\w*|Shared_\w+|Private_\w+):[^\n]*\n(?:[A-Z]\w*:[^\n]*\n)*{second}\n(?:Size|\w+PageSize):"
    moved = r"^(?:Rss|Pss|Pss_Dirty|Shared_\w+|Private_Clean):[^\n]*\n(?:\w+:[^\n]*\n)*(?:Size|\w+PageSize):"
    yield _smaps("order-changed", "The page sizes come later. The order changed in 4.14 and may change again.",
                 shuffled, source="493b0e9d945f (in v4.14) moved them", feature="fields-differ",
                 likely=unseen, shown_by=[moved, differ])  # fmt: skip


def _unknown() -> Iterator[Case]:
    base = lines_of(AREA, "6.12")
    rows: tuple[tuple[str, str, str, FieldLine], ...] = (
        ("unknown-size", "An unknown field in kB.", "Rss", size("Tomorrow", 52)),
        ("unknown-count", "An unknown field without a unit.", "THPeligible", count("Tomorrow", 7)),
        ("unknown-text", "An unknown field with words.", "THPeligible", other("Policy", b"         prefer (many)")),
        ("unknown-text-number", "An unknown field with two numbers.", "Rss", other("Orders", b"           4 9")),
        ("unknown-empty", "An unknown field without a value.", "Rss", other("Empty", b"")),
        ("unknown-first", "An unknown field directly after the header.", "", size("First", 52)),
        ("unknown-last", "An unknown field after VmFlags.", "VmFlags", size("Last", 52)),
        ("unknown-underscore", "An unknown field with underscores and digits in its key.", "Rss", size("Huge_2M_Pages", 2048)),
        ("unknown-long-key", "An unknown key longer than sixteen columns.", "Rss",
         size("Private_Hugetlb_Surplus", 52)),
        ("unknown-prefix", "An unknown key that starts like a known one.", "Rss", size("RssFile", 52)),
        ("unknown-pss-part", "A part of Pss that smaps does not print today.", "Pss", size("Pss_Locked", 20)),
        ("unknown-unit", "An unknown field in another unit.", "Rss", other("Age", b"             120 ms")),
        ("unknown-suffix", "An unknown field in kB whose key ends like a known one.", "Rss", size("AnonSize", 52)),
        ("unknown-private", "An unknown field in kB whose key starts as two known ones do.", "Private_Dirty",
         size("Private_Device", 52)),
        ("unknown-shared", "An unknown field in kB whose key starts as two known ones do.", "Shared_Dirty",
         size("Shared_Device", 52)),
        ("unknown-swap-part", "An unknown field in kB whose key starts like Swap.", "Swap", size("SwapCached", 52)),
        ("unknown-letter", "An unknown field whose key is one letter.", "Rss", size("X", 52)),
        ("unknown-hexadecimal-key", "An unknown field whose key looks like a number in hexadecimal.", "Rss",
         size("FACE", 52)),
        ("unknown-address-key", "An unknown field whose key looks like an address of eight digits.", "Rss",
         size("DEADBEEF", 52)),
        ("unknown-range-text", "An unknown field whose value looks like an address range.", "Rss",
         other("Guard", b"          7f2a4c000000-7f2a4c001000 rw-p")),
        ("unknown-path-text", "An unknown field whose value is a path.", "Rss", other("File", b"           /opt/x y")),
        ("unknown-colon-text", "An unknown field whose value has a colon.", "Rss", other("Node", b"           N0: 4 N1: 9")),
        ("unknown-megabytes", "An unknown field in MB.", "Rss", other("Giant", b"                2 MB")),
        ("unknown-hexadecimal", "An unknown field in hexadecimal.", "Rss", other("Mask", b"            0xff")),
    )  # fmt: skip
    for name, shows, previous, line in rows:
        yield _smaps(name, f"{shows} The next mapping does not have it.", _after(base, previous, line),
                     source="new fields are added, most recently KSM (in v6.6)", tags=("unknown",),
                     feature="field-unknown", likely="hypothetical")  # fmt: skip


UNLIKELY: dict[str, Likely] = {
    "flags-new": "hypothetical",
    "flags-new-digit": "hypothetical",
    "flags-new-upper": "hypothetical",
    "flags-missing": "hypothetical",
    "flags-odd-order": "hypothetical",
    "flags-unknown-twice": "hypothetical",
    "flags-empty": "hypothetical",
    "flags-many": "hypothetical",
    "flags-empty-bare": "other-systems",
    "flags-no-last-space": "other-systems",
}
"""Forms of VmFlags that no kernel in use is known to print. A page can always be read or changed to
be, so a line has at least one flag."""


KEYS = (
    ("key-lower-case", b"locked_pages:          52 kB", "a key in lower case"),
    ("key-lower-hexadecimal", b"face:                 52 kB", "a key of hexadecimal digits in lower case"),
    ("key-like-address", b"7f2a4c000000:         52 kB", "a key that looks like an address"),
    ("key-like-range", b"7f2a4c000000-7f2a4c001000: 52 kB", "a key that looks like an address range"),
    ("key-digit", b"2M_Pages:             52 kB", "a key that starts with a digit"),
    ("key-hyphen", b"Huge-Pages:           52 kB", "a key with a hyphen"),
    ("key-space", b"Huge Pages:           52 kB", "a key with a space"),
    ("key-blank-before", b"    Huge:             52 kB", "a key after four spaces"),
    ("key-blank-after", b"Huge :                52 kB", "a space between a key and its colon"),
)  # fmt: skip
"""Keys that no kernel prints. Each starts with a capital letter and is one word there."""


def _keys() -> Iterator[Case]:
    text, records = printed([AREA, FOLLOWER], ("smaps",), "6.12", printer.linux64)
    lines = text["smaps"].split(b"\n")
    for name, line, what in KEYS:
        made = b"\n".join((*lines[:5], line, *lines[5:]))
        yield Case(
            "smaps", name, f"A line of a field with {what}.", "no kernel has such a key", {"smaps": made},
            records, feature="field-key", fields_of="6.12", since="6.12", tags=("unknown",),
            either=(allow("malformed-skipped", 0, 1), refuse("malformed-rejected")),
            invalid_lines={"smaps": [{"line": 6, "reason": what}]}, likely="hypothetical",
            disputed="malformed-lines", control=PLAIN,
        )  # fmt: skip


def _flags() -> Iterator[Case]:
    base = [line for line in lines_of(AREA, "6.12") if line.key != "VmFlags"]
    every = "rd wr ex sh mr mw me ms gd pf lo io sr rr dc de ac nr ht sf wf dd sd mm hg nh mg um uw ss dp"
    rows: tuple[tuple[str, str, FieldLine | None, str], ...] = (
        ("flags-empty", "VmFlags without flags: the key and one space.", raw_flags(b" "), SHOW),
        ("flags-empty-bare", "VmFlags without flags: only the key.", raw_flags(b""),
         "QEMU's linux-user, and patched kernels"),
        ("flags-one", "VmFlags with one flag.", flags("rd"), SHOW),
        ("flags-many", "VmFlags with thirty-one flags.", flags(*every.split()), SHOW),
        ("flags-unknown", "VmFlags with a bit that has no letters, printed as ??.", flags("rd", "??", "mr"),
         "show_smap_vma_flags(): the default of its table"),
        ("flags-unknown-twice", "VmFlags with two bits that have no letters.", flags("rd", "??", "??", "mr"),
         "show_smap_vma_flags()"),
        ("flags-new", "VmFlags with a flag that no kernel prints today.", flags("rd", "zz", "mr"),
         "new flags are added: gu with 5dba5cc2e0ff (in v6.19)"),
        ("flags-new-digit", "VmFlags with a new flag that has a digit.", flags("rd", "p2", "mr"),
         "no kernel has one: the table is of two letters each"),
        ("flags-new-upper", "VmFlags with a new flag in upper case.", flags("rd", "ZZ", "mr"),
         "no kernel has one: all letters are in lower case"),
        ("flags-no-last-space", "VmFlags without the space after the last flag.", raw_flags(b" rd mr mw"),
         "QEMU's linux-user"),
        ("flags-missing", "No line VmFlags, although the next mapping has one.", None,
         "no kernel guarantees equal fields for all mappings"),
        ("flags-odd-order", "VmFlags in another order: bits have been renumbered before.",
         flags("sd", "rd", "ac"), SHOW),
    )  # fmt: skip
    for name, shows, line, source in rows:
        yield _smaps(name, shows, base if line is None else [*base, line], source=source,
                     tags=("vmflags",), feature="flag-unknown" if "??" in shows or "new" in name else "flags-unusual",
                     likely=UNLIKELY.get(name),
                     shown_by=[without(AREA, "VmFlags")] if line is None else ())  # fmt: skip


PHYSICAL = 2**42
"""The physical memory of today's widest machines in kB, 52 bits of address."""


def _numbers() -> Iterator[Case]:
    base = lines_of(AREA, "6.12")
    rows = (
        ("value-zero", 0, "0 kB, which is not the same as missing."),
        ("value-8-digits", 99999999, "99999999 kB, eight digits: no padding is left."),
        (
            "value-9-digits",
            100000000,
            "100000000 kB, nine digits: eight is only the minimum width.",
        ),
        ("value-2-32", 2**32, "2^32 kB: 4 TiB."),
        ("value-2-53", 2**43 + 1, "above 2^53 bytes: a double can represent multiples of 1024."),
        ("value-highest", 2**54 - 1, "the highest number of kB below 2^64 bytes."),
    )
    for name, value, shows in rows:
        lines = [size("Rss", value) if line.key == "Rss" else line for line in base]
        impossible: Likely | None = "hypothetical" if value > PHYSICAL else None
        yield _smaps(name, f"Rss is {shows}", lines, tags=("number",), feature="field-value",
                     likely=impossible)  # fmt: skip
    guard = [size("Size", 164) if line.key == "Size" else line for line in base]
    yield _smaps(
        "size-beyond-range", "Size is one page more than the header's range, because the stack's guard page is hidden.",
        guard, source="show_map_vma() hid the guard page, show_smap() did not: 2.6.32.y to 4.11",
        feature="field-value",
    )  # fmt: skip
    yield _smaps(
        "page-size-huge", "Pages of 2 MB and of 64 KB.",
        [_as(line, {"KernelPageSize": 2048, "MMUPageSize": 64}) for line in base],
        source="vma_kernel_pagesize(), mm/hugetlb.c", feature="field-value",
    )  # fmt: skip


def _as(line: FieldLine, values: dict[str, int]) -> FieldLine:
    return line_of(line.key, "6.12", values[line.key]) if line.key in values else line


def _names() -> Iterator[Case]:
    """Names that look like fields: the last word is kB, or the first ends in a colon."""
    rows: tuple[tuple[str, Column, str], ...] = (
        ("header-like-field", path(b"/opt/Rss: 16 kB"), "A path whose end looks like a field."),
        ("header-like-label", anon(b"Pss:    16 kB"), "A label that looks like a field."),
        ("header-unit-path", path(b"/opt/cache 4 kB"), "A path whose last word is kB."),
        ("header-colon", path(b"/opt/Rss:"), "A path that ends in a colon."),
        ("header-vmflags", anon(b"VmFlags: rd wr"), "A label that looks like VmFlags."),
    )
    for name, column, shows in rows:
        backed = column.kind == "file"
        mapping = (
            attrs.evolve(AREA, name=column) if backed else Vma(BASE, BASE + 40 * PAGE, name=column)
        )
        yield make("smaps", name, f"{shows} In smaps the line is still a header.", [mapping, FOLLOWER],
                   source=SHOW, since="5.17" if not backed else "2.6.32", kinds=("smaps",),
                   tags=("look-alike",), feature="name-like-field",
                   control=[attrs.evolve(mapping, name=path(b"/opt/cache") if backed else LABEL), FOLLOWER])  # fmt: skip
    dense = [
        file_vma(BASE + n * PAGE, BASE + (n + 1) * PAGE, path(b"/opt/lib%d.so" % n), inode=n + 1)
        for n in range(12)
    ]
    yield make("smaps", "many-areas", "Twelve mappings with different values.", dense, source=SHOW,
               since="2.6.32", kinds=("smaps",), tags=("long",), feature="many-mappings",
               control=dense[:2])  # fmt: skip


def _rollups() -> Iterator[Case]:
    rows: list[tuple[str, str, str, Vma, list[FieldLine]]] = [
        (f"rollup-{release}", f"The rollup of Linux {release}.", release, made, list(made.lines or ()))
        for release in ROLLUP_FIELDS
        for made in (rollup(release),)
    ]  # fmt: skip
    area = rollup("6.12")
    latest = rows[-1][4]
    nothing = [_zero(line) for line in latest]
    rows += [
        ("rollup-empty", "The rollup of a process without memory: a range from 0 to 0, all values 0.", "6.12",
         attrs.evolve(area, start=0, end=0), nothing),
        ("rollup-unknown", "A rollup with an unknown field.", "6.12", area,
         _after(latest, "Pss", size("Pss_Tomorrow", 52))),
        ("rollup-huge", "A rollup of many terabytes.", "6.12", area,
         [size("Rss", 2**40) if line.key == "Rss" else line for line in latest]),
        ("rollup-32-bit", "A rollup on a 32-bit kernel.", "6.12",
         attrs.evolve(area, start=0x10000, end=0xBEFFF000), latest),
    ]  # fmt: skip
    for name, shows, since, mapping, lines in rows:
        header = printer.linux32 if name.endswith("32-bit") else printer.linux64
        yield make("smaps", name, shows, [with_lines(mapping, lines)], since=since, header=header,
                   source="show_smaps_rollup(), 493b0e9d945f (in v4.14)", kinds=("smaps_rollup",),
                   tags=("rollup", "32-bit") if name.endswith("32-bit") else ("rollup",),
                   feature="plain" if name == "rollup-6.12" else "rollup",
                   control=None if name == "rollup-6.12" else [area], control_header=printer.linux64,
                   likely="hypothetical" if name in ("rollup-unknown", "rollup-huge") else None)  # fmt: skip


def _zero(line: FieldLine) -> FieldLine:
    return line_of(line.key, "6.12", 0)
