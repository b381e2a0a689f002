"""`procmaps.extract` recovers every mapping from any container around a dump."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from procmaps import loads
from procmaps.extraction import extract
from tests.extraction.encoders import (
    JOINED,
    LOSSY,
    PLAIN,
    QUOTES,
    REMARKS,
    REPORTS,
    Encoder,
    folded,
    wrapped,
)
from tests.support.examples import examples

PRINTABLE = "".join(chr(code) for code in range(0x20, 0x7F))
LABELS = st.text("".join(sorted(set(PRINTABLE) - set("\\`$[]"))), max_size=40)
"""The labels that prctl(PR_SET_VMA_ANON_NAME) accepts."""

COLUMNS = st.lists(
    st.sampled_from(["0", "1000", "00000000", "fd:01", "123456789012", "r--p", "cafe", "kB", "4"]),
    min_size=1,
    max_size=4,
)
"""Words that a name may contain, though they look like columns."""

SIMPLE_PATHS = st.from_regex(r"\A/[A-Za-z0-9_./]{1,30}\Z") | COLUMNS.map(
    lambda words: "/" + "_".join(words)
)
"""Paths without blanks."""

PATHS = st.builds(
    "/{}{}".format,
    st.text(PRINTABLE + "äπ", max_size=60).map(lambda text: text.rstrip(" ")),
    st.sampled_from(["", " (deleted)"]),
)
ANONYMOUS = (LABELS | COLUMNS.map(" ".join)).map(lambda label: f"[anon:{label}]") | st.sampled_from(
    ["", "[heap]", "[stack]", "[vdso]", "[vsyscall]"]
)


@st.composite
def dumps(draw: st.DrawFn, paths: st.SearchStrategy[str] = PATHS) -> list[bytes]:
    """The lines of a dump as show_map_vma() prints it."""
    lines: list[bytes] = []
    address = 0x400000
    for _ in range(draw(st.integers(2, 12))):
        address += draw(st.integers(0, 1 << 24)) << 12
        end = address + (draw(st.integers(1, 1 << 16)) << 12)
        perms = draw(st.sampled_from(["r--p", "r-xp", "rw-p", "---p", "rw-s"]))
        if draw(st.booleans()):
            inode = draw(st.integers(1, 1 << 40))
            name, device = draw(paths), "fd:01"
        else:
            inode, device, name = 0, "00:00", draw(ANONYMOUS)
        head = f"{address:08x}-{end:08x} {perms} {0:08x} {device} {inode} "
        lines.append((f"{head:<73}{name}" if name else head).encode())
        address = end
    return lines


def facts(lines: list[bytes]) -> list[tuple[int, int, str, int, int, bytes]]:
    return [
        (m.start, m.end, str(m.perms), m.offset, m.inode, m.name.raw)
        for m in loads(b"\n".join(lines) + b"\n")
    ]


def extracted(text: bytes) -> list[tuple[int, int, str, int, int, bytes]]:
    return [
        (m.start, m.end, str(m.perms), m.offset, m.inode, m.name.raw)
        for found in extract(text)
        for m in found.snapshot
    ]


def check(text: bytes, lines: list[bytes]) -> None:
    assert extracted(text) == facts(lines)
    found = extract(text)
    physical = text.split(b"\n")
    for dump in found:
        assert not dump.assumed
        assert all(problem.kind != "unparsed" for problem in dump.snapshot.problems)
        assert len(dump.origins) == dump.text.count(b"\n")
        assert [(e.start, e.end, e.name) for e in dump.mappings] == [
            (m.start, m.end, m.name.raw) for m in dump.snapshot
        ]
        for line, origin in zip(dump.text.split(b"\n"), dump.origins, strict=False):
            assert all(dump.first_line <= number <= dump.last_line for number in origin)
            if (line,) != tuple(physical[number - 1] for number in origin):
                changed = {repair.line for repair in dump.repairs}
                assert changed & set(origin), "a line was altered in silence"


def is_safe(name: str) -> bool:
    """Return whether a name contains nothing that looks like the text around it."""
    return not any(mark in name for mark in ('"', "'", "`", "&", "<", ">", "\\", "=", ")"))


SAFE_PATHS = PATHS.filter(lambda name: is_safe(name.removesuffix(" (deleted)")))


ESCAPES = {
    "rsyslog": b"#",
    "sysklogd": b"^",
    "workflow command": b"%",
}
"""The byte of an escape or a mark, by encoder. A name may contain the same text as those."""


@pytest.mark.parametrize("name", PLAIN)
@settings(max_examples=examples(25))
@given(data=st.data())
def test_recovers_every_mapping(name: str, data: st.DataObject) -> None:
    lines = data.draw(dumps(SAFE_PATHS.filter(lambda path: path.isascii())))
    lines = [line.replace(ESCAPES.get(name, b"\n"), b"-") for line in lines]
    check(PLAIN[name](lines), lines)


def test_hyphen_before_a_closing_mark_ends_the_name() -> None:
    """Mail programs break lines after a hyphen; a closing bracket below is no rest of a name."""
    head = b"00402000-00403000 r--p 00000000 fd:01 1"
    lines = [head.ljust(73) + b"/a", head.replace(b"2", b"4", 1).replace(b"3", b"5", 1)]
    lines[1] = lines[1].ljust(73) + b"/-"
    check(PLAIN["JSON list"](lines), lines)


FIELDS = [
    b"Size:                 %3d kB",
    b"Rss:                    4 kB",
    b"NewField:               8 kB",
    b"THPeligible:           0",
    b"VmFlags: rd wr mr ?? me ac ",
]
OF_MAPS = (
    "capitals", "0x", "Markdown table", "Jira table", "box of columns", "CSV", "HTML table",
    "more columns", "HTML columns", "CSV columns",
)  # fmt: skip
"""Encoders for the columns of a mapping only."""


@pytest.mark.parametrize("name", [name for name in (*PLAIN, *LOSSY) if name not in OF_MAPS])
@settings(max_examples=examples(10))
@given(data=st.data())
def test_recovers_every_field(name: str, data: st.DataObject) -> None:
    headers = data.draw(dumps(SIMPLE_PATHS))
    headers = [line for line in headers if b"  " not in line[73:]]
    lines = [
        line
        for number, header in enumerate(headers)
        for line in (header, FIELDS[0] % number, *FIELDS[1:])
    ]
    text = {**PLAIN, **LOSSY}[name](lines)
    read = [m.usage for found in extract(text) for m in found.snapshot]
    assert [
        usage and (usage.size, usage.rss, usage.thp_eligible, str(usage.vm_flags)) for usage in read
    ] == [(number << 10, 4096, 0, "rd wr mr ?? me ac") for number in range(len(headers))]
    assert all(usage and usage.extra[0].key == b"NewField" for usage in read)


HARMLESS = ("as it is", "> ", "// ", "logcat", "dmesg", "C", "JSON", "quoted-printable", "hs_err")


@pytest.mark.parametrize("name", HARMLESS)
@settings(max_examples=examples(40))
@given(data=st.data())
def test_recovers_hostile_paths_in_unambiguous_containers(name: str, data: st.DataObject) -> None:
    lines = data.draw(dumps())
    check(PLAIN[name](lines), lines)


ONE_SPACE = st.from_regex(r"\A/[A-Za-z0-9_./]{1,30}(?: [A-Za-z0-9_.]{1,10}){0,1}\Z")


@pytest.mark.parametrize("name", LOSSY)
@settings(max_examples=examples(25))
@given(data=st.data())
def test_repairs_damaged_padding(name: str, data: st.DataObject) -> None:
    lines = data.draw(dumps(SIMPLE_PATHS))
    lines = [line for line in lines if b"  " not in line[73:]]
    check(LOSSY[name](lines), lines)


@st.composite
def named_dumps(draw: st.DrawFn) -> list[bytes]:
    """A dump with names without blanks, each file with one name, and unnamed memory."""
    lines = draw(dumps(SIMPLE_PATHS))
    inodes: dict[bytes, int] = {}
    result = [b"00001000-00002000 rw-p 00000000 00:00 0 "]
    for line in lines:
        columns, name = line[:73].split(), line[73:]
        inode = inodes.setdefault(name, len(inodes) + 7) if name.startswith(b"/") else 0
        head = b" ".join((*columns[:4], b"%d" % inode)) + b" "
        if b"  " not in name and b"]" not in name[:-1]:
            result.append(head.ljust(73) + name if name else head)
    return result


MIN_CUT = 3
"""Lines of one length that show that they are cut, and not broken at blanks."""

LINES_AFTER = 2
"""Lines that may be after the literal: the rest of the objects that it is in."""


@pytest.mark.parametrize("prefix", [b"", b"> ", b"> > "])
@pytest.mark.parametrize("is_cut", [False, True])
@settings(max_examples=examples(25))
@given(lines=named_dumps(), width=st.sampled_from([56, 72, 100, 133]), objects=st.integers(0, 3))
def test_unfolds_literals(
    prefix: bytes, is_cut: bool, lines: list[bytes], width: int, objects: int
) -> None:
    headers = [line for line in lines if b"[anon:" not in line or b" " not in line[73:]]
    lines = [
        part for line in headers for part in (line, b"Size:        4 kB", b"VmFlags: rd wr ac")
    ]
    text = folded(width, prefix, is_cut=is_cut, objects=objects)(lines)
    # Fewer lines do not show whether there was a blank where they are broken.
    assume(not is_cut or text.count(b"\n") > MIN_CUT + LINES_AFTER)
    (found,) = extract(text)
    assert [(m.start, m.end, m.name) for m in found.mappings] == [
        (fact[0], fact[1], fact[5]) for fact in facts(headers)
    ]
    assert [
        mapping.usage and (mapping.usage.size, str(mapping.usage.vm_flags))
        for mapping in found.snapshot
    ] == [(4096, "rd wr ac")] * len(headers)


@pytest.mark.parametrize("width", [44, 56, 64, 72])
@pytest.mark.parametrize("report", REPORTS)
@settings(max_examples=examples(15))
@given(lines=named_dumps(), quote=st.sampled_from([*QUOTES.values()]))
def test_joins_wrapped_reports(
    report: str, width: int, lines: list[bytes], quote: tuple[bytes, bytes]
) -> None:
    text = wrapped(width, *quote)(REPORTS[report](lines)) + quote[0].rstrip() + b"\n"
    (found,) = extract(text)
    assert [(m.start, m.end, m.name) for m in found.mappings] == [
        (fact[0], fact[1], fact[5]) for fact in facts(lines)
    ]
    assert not found.skipped
    # Only what looks like a tag is in doubt, in any container.
    assert {doubt.kind for doubt in found.doubts} <= {"markup"}
    ids = {m.build_id for m in found.mappings if m.name.startswith(b"/")}
    assert ids <= ({"0badcafe12"} if report == "tombstone" else {None})


@pytest.mark.parametrize("name", REMARKS)
@settings(max_examples=examples(25))
@given(data=st.data())
def test_removes_remarks(name: str, data: st.DataObject) -> None:
    lines = data.draw(named_dumps())
    # One text without a mark, after memory without a file, is no evidence about other names.
    assume(name != "tabs" or sum(line[73:74] != b"/" for line in lines) > 1)
    check(REMARKS[name](lines), lines)


@pytest.mark.parametrize("name", REMARKS)
@settings(max_examples=examples(25))
@given(data=st.data())
def test_reports_remarks_without_evidence(name: str, data: st.DataObject) -> None:
    """No name gets longer without a word about it, whatever the other lines show."""
    lines = [line for line in data.draw(named_dumps()) if line[73:74] == b"/"]
    for dump in extract(REMARKS[name](lines)):
        doubted = {doubt.line for doubt in dump.doubts}
        originals = dict(
            zip((f[0] for f in facts(lines)), (f[5] for f in facts(lines)), strict=True)
        )
        for mapping in dump.mappings:
            original = originals[mapping.start]
            assert mapping.name == original or (
                mapping.lines[0] in doubted and mapping.name.startswith(original)
            )


@pytest.mark.parametrize("name", JOINED)
@settings(max_examples=examples(25))
@given(data=st.data())
def test_splits_joined_lines(name: str, data: st.DataObject) -> None:
    lines = data.draw(dumps(SIMPLE_PATHS))
    # One unnamed mapping first: two mappings of files may as well be one, with an odd name.
    lines = [b"00001000-00002000 rw-p 00000000 00:00 0 ", *lines]
    # A blank, or a mark, at the end of a name cannot be known from those between the lines.
    lines = [line for line in lines if b"  " not in line[73:] and line[-1:] not in b";|>,"]
    check(JOINED[name](lines), lines)


@settings(max_examples=examples(25))
@given(data=st.data())
def test_splits_joined_fields(data: st.DataObject) -> None:
    headers = data.draw(dumps(SIMPLE_PATHS))
    fields = [b"Size: 4 kB", b"Rss: 0 kB", b"NewField: 8 kB", b"VmFlags: rd wr mr ?? me ac "]
    lines = [line for header in headers for line in (header.rstrip(b" "), *fields)]
    (found,) = extract(b"smaps: " + b" ".join(lines) + b"\n")
    assert [(m.start, m.end) for m in found.snapshot] == [(f[0], f[1]) for f in facts(headers)]
    for mapping in found.snapshot:
        assert mapping.usage
        assert (mapping.usage.size, mapping.usage.rss) == (4096, 0)
        assert str(mapping.usage.vm_flags) == "rd wr mr ?? me ac"


@pytest.mark.slow
@pytest.mark.parametrize("encode", [*PLAIN.values(), *LOSSY.values()], ids=[*PLAIN, *LOSSY])
def test_recovers_the_dump_of_this_process(encode: Encoder) -> None:
    lines = Path("/proc/self/maps").read_bytes().split(b"\n")[:-1]
    check(encode(lines), lines)


@settings(max_examples=examples(60))
@given(outer=st.sampled_from(["> ", "> > ", "dmesg", "indented", "journal"]), data=st.data())
def test_removes_nested_layers(outer: str, data: st.DataObject) -> None:
    lines = data.draw(dumps(SAFE_PATHS.filter(lambda path: path.isascii())))
    inner = PLAIN[data.draw(st.sampled_from(["hs_err", "logcat", "> ", "// "]))](lines)
    check(PLAIN[outer](inner.split(b"\n")[:-1]), lines)


@settings(max_examples=examples(40))
@given(first=dumps(SAFE_PATHS), second=dumps(SAFE_PATHS), data=st.data())
def test_two_dumps_stay_two(first: list[bytes], second: list[bytes], data: st.DataObject) -> None:
    one, two = (data.draw(st.sampled_from(["hs_err", "gperftools", "fence"])) for _ in "12")
    found = extract(PLAIN[one](first) + b"\n" + PLAIN[two](second))
    assert [len(dump.mappings) for dump in found] == [len(first), len(second)]
