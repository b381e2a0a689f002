"""For any bytes, extract raises nothing, loses no line of a dump, and takes linear time."""

from __future__ import annotations

import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from procmaps.extraction import extract
from tests.extraction.encoders import LOSSY, PLAIN, Encoder
from tests.support.costs import calls
from tests.support.examples import examples

LINE = b"00400000-00401000 r-xp 00000000 fd:01 7                                  /bin/cat"
TOMBSTONE = b"    0000007a'00000000-0000007a'00000fff rw-         0      1000  /a (BuildId: ab)"
FRAGMENTS = [
    LINE,
    LINE[:30],
    LINE[30:],
    TOMBSTONE,
    b"\t0x000000400000-0x000000401000\t/tmp/a.out",
    b"Size:                  4 kB",
    b"VmFlags: rd wr",
    b"Name:           [anon:x]",
    b"Dynamic libraries:",
    b"memory map (3 entries):",
    b"Content-Transfer-Encoding: quoted-printable",
    b"> ", b"| ", b"&gt; ", b"// ", b'"', b"'", b'"""', b'R"(', b')"', b"\\n", b"\\", b"\\u00e4",
    b"=20", b"=", b"=\n", b"\n", b"\r\n", b"\0", b"\xa0", b"\xc2\xa0", b" ", b"\t",
    b"<pre>", b"</a>", b"0", b"-", b"A", b"[ 12.3] ", b"/", b"]", b"(deleted)",
]  # fmt: skip
SOUP = st.lists(st.sampled_from(FRAGMENTS) | st.binary(max_size=3), max_size=40).map(b"".join)


def check_accounts(text: bytes) -> None:
    """Check that every line of a dump is an origin of an output line, skipped, or of another dump.

    Bytes are checked, too: see `test_accounting`.
    """
    lines = text.split(b"\n")
    dumps = extract(text)
    origins = {number for dump in dumps for origin in dump.origins for number in origin}
    for dump in dumps:
        left = {line.line for line in dump.skipped}
        for number in range(dump.first_line, dump.last_line + 1):
            assert number in origins or number in left, (number, lines[number - 1])
        for line in dump.skipped:
            assert line.raw in lines[line.line - 1]
            assert text[line.begin : line.end] == line.raw
        assert dump.text.count(b"\n") == len(dump.origins)
        assert len(dump.snapshot) == len(dump.mappings)
        for entry, mapping in zip(dump.mappings, dump.snapshot, strict=True):
            assert (entry.start, entry.end) == (mapping.start, mapping.end)
            assert entry.name == mapping.name.raw


@settings(max_examples=examples(1500))
@given(SOUP)
@example(LINE + b"\r\n\n> " + LINE)
def test_accounts_for_every_line_of_random_fragments(text: bytes) -> None:
    check_accounts(text)


@settings(max_examples=examples(300))
@given(st.binary(max_size=200))
def test_accounts_for_every_line_of_random_bytes(text: bytes) -> None:
    check_accounts(text)


@settings(max_examples=examples(300))
@given(
    st.sampled_from([*PLAIN.values(), *LOSSY.values()]),
    st.lists(st.tuples(st.integers(0, 1 << 12), st.binary(max_size=3)), max_size=6),
)
def test_accounts_for_every_line_of_damaged_containers(
    encode: Encoder, damage: list[tuple[int, bytes]]
) -> None:
    lines = [LINE.replace(b"00401", b"%05d" % (401 + n)) for n in range(6)]
    text = encode(lines)
    for position, noise in damage:
        at = position % len(text)
        text = text[:at] + noise + text[at + len(noise) :]
    check_accounts(text)


UNITS = {
    "hex": b"0",
    "ranges": b"0-0 ",
    "range and blanks": b"0-0" + b" " * 61,
    "blanks": b" ",
    "no-break spaces": b"\xa0",
    "quotes": b'"',
    "escaped quotes": b'\\"',
    "backslashes": b"\\",
    "spelled newlines": b"\\n",
    "marks": b">",
    "tags": b"<a>",
    "equals": b"=\n",
    "newlines": b"\n",
    "CR": b"\r\n",
    "cut off": LINE[:30] + b"\n",
    "mapping": LINE + b"\n",
    "mapping, JSON": LINE + b"\\n",
    "list": b'"' + LINE + b'", ',
    "size": b"Size: ",
    "flags": b"VmFlags: ",
    "build id": b"(BuildId: a",
    "prompt": b"#cat ",
    "dashes": b" - ",
    "triple": b'"""',
    "row of GDB": b"0x400000 0x401000 0x1000 0x0 ",
    "row of perf": b"PERF_RECORD_MMAP2 1/1: [0x400000(0x1000) @ 0 fd:01 7 0]: r-xp ",
    "row of rr": b'{ map_file:"/a',
    "row of HotSpot": b"0x400000-0x401000 4096 rw-p 0 0 4K - ",
    "row of LLDB": b"[0x400000-0x401000) r-x /a PT_LOAD[",
    "row of FreeBSD": b"0x400000 0x401000 1 0 0x1 r-x 4 0 0x1 COW NC vnode /a NCH ",
    "row of pmap": b"00400000 4 4 0 r---- ",
    "columns of pmap": b"00400000 r--p 00000000 fd:01 7 4 4 4 rd wr ",
    "row of a tombstone": b"00400000-00401000 ",
    "rows": b"0x400000 0x401000 0x1000 0x0\n",
    "segment": b"aspacem (1,2,3) /a",
    "URL": b"00400000-00401000%20r-x%20",
    "Markdown": b"\\[heap\\]",
    "open anon": LINE[:73] + b"[anon:\n",
}
HEADS = {"nothing": b"", "line": LINE, "quoted": b'> "' + LINE, "HTML": b"<pre>\n" + LINE,
         "tombstone": TOMBSTONE, "string": b'"' + LINE + b"\\n"}  # fmt: skip


def steps(text: bytes) -> int:
    """Count calls of Python and C functions: work, measured without a clock."""
    count = 0

    def tick(_frame: object, _event: str, _argument: object) -> None:
        nonlocal count
        count += 1

    extract(text)
    sys.setprofile(tick)
    try:
        extract(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.slow
@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("unit", UNITS)
def test_work_grows_linearly(unit: str, head: str) -> None:
    small, large = (HEADS[head] + UNITS[unit] * (n // len(UNITS[unit])) for n in (4_000, 16_000))
    assert steps(large) <= 4.5 * steps(small) + 2_000


RUNS = (
    b"A", b" ", b"\t", b" \t", b" 0", b"a ", b"> ", b"- ", b"\r", b"=20", b"&", b"<a ", b"</a>",
    b"\x1b[0;", b"\xa0", b"[[", b"{", b"`", b"|",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("unit", RUNS)
@pytest.mark.parametrize("head", ["line", "string", "HTML"])
def test_passes_a_long_run_of_anything_once(unit: bytes, head: str) -> None:
    """Calls do not count work inside an expression; a quadratic one would take minutes here."""
    dumps = extract(HEADS[head] + unit * (300_000 // len(unit)) + b"\n" + LINE)
    assert dumps[-1].mappings[-1].name == b"/bin/cat"


@pytest.mark.slow
@pytest.mark.parametrize("unit", RUNS)
def test_passes_a_long_prefix_of_anything_once(unit: bytes) -> None:
    prefix = unit * (100_000 // len(unit))
    extract(prefix + LINE + b"\n" + prefix + LINE.replace(b"00401", b"00501") + b"\n")


def test_near_mappings_of_one_width_are_not_joined() -> None:
    """A terminal cuts at one width, but never before an address."""
    row = b"%x-%x rw-p 00000000 00:00 18446744073709551616%b\n"

    def text(*ends: bytes) -> bytes:
        starts = range(0x10000, 0xD8000, 0x1000)
        return b"".join(
            row % (start, start + 0x1000, ends[index % len(ends)])
            for index, start in enumerate(starts)
        )

    alike, unlike = text(b" "), text(b" ", b"")
    assert extract(alike) == extract(unlike) == ()
    assert calls(extract, alike) < 1.2 * calls(extract, unlike)
