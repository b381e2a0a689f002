"""The Python engine fills the same columns as the reference."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.lark import from_lark

from procmaps import ParseError, loads
from procmaps.engines import lark_engine, regex_engine
from procmaps.formats.dialects import DIALECTS
from procmaps.grammar import loading
from procmaps.grammar.lark_parser import build_parser
from tests.support.columns import difference
from tests.support.examples import examples

LINES = (
    b"7f0000000000-7f0000001000 rw-p 00000000 00:00 0 \n",
    b"7f0000000000-7f0000001000 rw-p 00000000 00:00 0\n",
    b"7f0000001000-7f0000002000 r-xs 00001000 103:00005 18446744073709551615   /a b \n",
    b"7f0000001000-7f0000002000 r-xS 00001000 08:01 7 /a\\012b (deleted)\n",
    b"7f0000001000-7f0000002000 ===p 00001000 0008:0001 7 [win heap 0]\n",
    b"7f0000003000-7f0000004000 rw-p 00000000 00:00 0    [anon:a\n",
    b"b]\n",
    b"9000-8000 rw-p 00000000 00:00 0 \n",
    b"7f00-8000 rw-p 00000000 00:00 18446744073709551616 \n",
    b"7f00-8000 rw-p 00000000 fffffffff:00 0 \n",
    b"00-ffffffffffffffff ---p 00000000 00:00 0    [rollup]\n",
    b"Size:                  4 kB\n",
    b"Rss:                   0 kB\n",
    b"Rss: 99999999999999999999 kB\n",
    b"Rss: 4 MB\n",
    b"Nobody:              12 kB\n",
    b"Nobody: knows\n",
    b"Nobody:\n",
    b"THPeligible:\t\t0\n",
    b"ProtectionKey:         0\n",
    b"ProtectionKey: 18446744073709551615\n",
    b"VmFlags: rd ex mr mw me de ??  \n",
    b"VmFlags:\n",
    b"Name:           [anon:x]\n",
    b"Name:\n",
    b"\n",
    b"junk\n",
    b"7f00-8000 rw-p 00000000 00:00 0 \r\n",
)


def agree(text: bytes) -> None:
    for dialect in DIALECTS:
        loaded = loading.load(dialect.name)
        assert difference(lark_engine.scan(text, loaded), regex_engine.scan(text, loaded)) is None


SIZE, RSS, JUNK, BAD = LINES[11], LINES[12], LINES[26], LINES[7]
NEW = b"Nobody: knows\n"


@given(st.lists(st.sampled_from(LINES), max_size=12), st.integers(1, 3), st.integers(0, 40))
@example([LINES[0], SIZE, RSS, LINES[0], RSS, SIZE, LINES[0], SIZE], 1, 0)
# A field after junk belongs to the last mapping, and to no other mapping with the same block.
@example([LINES[0], RSS, LINES[0], RSS, JUNK, SIZE, LINES[0], RSS], 1, 0)
@example([LINES[0], RSS, LINES[0], RSS, JUNK, NEW, LINES[0], RSS], 1, 0)
@example([LINES[0], RSS, NEW, LINES[0], RSS, NEW, JUNK, NEW, SIZE, LINES[0], RSS, NEW], 1, 0)
@example([LINES[0], RSS, BAD, NEW, LINES[0], RSS, BAD, NEW], 3, 0)
@example([LINES[0], RSS, NEW, BAD, RSS, NEW, JUNK, NEW], 2, 0)
def test_agrees_on_lines_in_any_order_cut_anywhere(
    lines: list[bytes], times: int, cut: int
) -> None:
    text = b"".join(lines) * times
    agree(text[: len(text) - cut] if cut else text)


@given(st.binary(max_size=200))
def test_agrees_on_any_bytes(text: bytes) -> None:
    agree(text)


@given(
    st.lists(st.sampled_from(LINES), min_size=1, max_size=6),
    st.integers(0, 400),
    st.binary(max_size=2),
)
def test_agrees_on_damaged_lines(lines: list[bytes], at: int, damage: bytes) -> None:
    text = b"".join(lines)
    agree(text[:at] + damage + text[at + 1 :])


def strings(dialect: str, start: str) -> st.SearchStrategy[bytes]:
    """Draw texts that the grammar derives, encoded as Latin-1."""
    known = next(d for d in DIALECTS if d.name == dialect)
    alphabet = st.characters(max_codepoint=255)
    drawn = from_lark(cast("Any", build_parser(known.grammar)), start=start, alphabet=alphabet)
    return drawn.map(lambda text: text.encode("latin-1"))


@pytest.mark.parametrize("dialect", ["linux", "android", "nommu", "cygwin"])
@settings(max_examples=examples(25))
@given(data=st.data())
def test_agrees_on_texts_drawn_from_the_grammar(dialect: str, data: st.DataObject) -> None:
    agree(data.draw(strings(dialect, data.draw(st.sampled_from(["maps", "smaps", "rollup"])))))


@given(text=strings("linux", "name"))
def test_agrees_on_names_drawn_from_the_grammar(text: bytes) -> None:
    linux = loading.load("linux")
    name = linux.parse_name(text)
    assert linux.parse_name_with_lark(text) == name
    assert linux.name_kind(text) == name.kind


@given(st.binary(min_size=1).filter(lambda raw: b"\n" not in raw and b"\0" not in raw))
def test_agrees_on_any_name(raw: bytes) -> None:
    for dialect in DIALECTS:
        loaded = loading.load(dialect.name)
        name = loaded.parse_name(raw)
        assert loaded.parse_name_with_lark(raw) == name
        assert loaded.name_kind(raw) == name.kind


def test_agrees_on_this_process() -> None:
    for name in ("maps", "smaps", "smaps_rollup"):
        agree(Path("/proc/self", name).read_bytes())


def test_impossible_number_loses_only_its_line() -> None:
    """The line is in the middle of many entries, which the engine reads in chunks."""
    good = b"".join(b"%x-%x rw-p 00000000 00:00 0 \n" % (n << 12, n + 1 << 12) for n in range(3000))
    text = good + b"2-1 rw-p 00000000 00:00 0 \n" + good
    columns = regex_engine.scan(text, loading.load("linux"))
    assert len(columns) == 6000
    assert [text[fault.start : fault.end] for fault in columns.unparsed] == [
        b"2-1 rw-p 00000000 00:00 0 \n"
    ]


@given(st.binary(max_size=300) | st.lists(st.sampled_from(LINES)).map(b"".join))
def test_loads_parses_or_raises_parse_error_and_loses_nothing(text: bytes) -> None:
    snapshot = loads(text, errors="collect")
    if error := snapshot.first_error:
        assert text[error.offset :].startswith(error.source[error.column - 1 :])
        with pytest.raises(ParseError) as caught:
            loads(text)
        assert caught.value == error
    else:
        assert loads(text).dumps() == text
    assert snapshot.dumps() == text
    entries = [snapshot.source(row) for row in range(len(snapshot))]
    before = snapshot.dumps()[: len(text) - sum(map(len, entries))]
    assert before + b"".join(entries) == text


@pytest.mark.parametrize("line", LINES[:4])
def test_compiled_header_matches_every_header_line(line: bytes) -> None:
    """Otherwise the reference would read the line, with the same result but slowly."""
    match = loading.load("nommu").header.fullmatch(line)
    assert match
    assert line.endswith((match["NAME"] or b"") + b"\n")


def test_agrees_on_entries_longer_than_a_chunk() -> None:
    long = b"x" * regex_engine.CHUNK_BYTES
    header = b"1000-2000 rw-p 00000000 00:00 0 "
    text = header + long + b"\n" + (header + b"\nNew: " + long + b"\n") * 2 + header + b"\n"
    linux = loading.load("linux")
    for part in (text, text * 2, header + long, header + long + b"\n"):
        found = regex_engine.scan(part, linux)
        assert difference(lark_engine.scan(part, linux), found) is None


@pytest.mark.slow
def test_agrees_on_many_blocks_of_one_layout() -> None:
    """New and known blocks alternate, more than one chunk of them."""
    header = b"%x000-%x000 rw-p 00000000 00:00 0 \n"
    agree(
        b"".join(
            header % (at + 1, at + 2) + b"Rss: %d kB\nPss: %d kB\n" % (at % 7, at * at % 11)
            for at in range(3000)
        )
    )
