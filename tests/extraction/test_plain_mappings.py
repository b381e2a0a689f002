"""The expression for plain mappings finds what the grammar's expressions find in the same line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procmaps.extraction import matches, patterns
from procmaps.extraction.matches import Match, find_match, is_plain
from tests.extraction.encoders import sanitizer_lines, tombstone_lines
from tests.support.examples import examples

KERNEL_LINES = [
    b"00400000-00401000 r-xp 00000000 fd:01 7".ljust(73) + b"/bin/cat",
    b"7f0000000000-7f0000001000 rw-p 00000000 00:00 0 ",
    b"7f0000000000-7f0000001000 rw-s 00000000 00:00 0                          [heap]",
    b"7f0000000000-7f0000001000 r-xp 00010000 1:0 18446744073709551615 /a b (deleted)",
    b"400000-401000 rwxp 000 0:0 0",
    b"00400000-00401000 rw-- 00000000 00:00 0                          [stack]",
    b"00400000-00401000 ===p 00000000 0000:0000 0",
]
OTHER_LINES = [*sanitizer_lines(KERNEL_LINES[:2]), *tombstone_lines(KERNEL_LINES[:2])]
LINES = KERNEL_LINES + OTHER_LINES

PIECES = [
    b" ", b"  ", b"\t", b"-", b"/", b"[", b"]", b":", b"0", b"f", b"F", b"x", b"0x", b"A", b"A ",
    b"\xa0", b"\xc2\xa0", b"&nbsp;", b"'", b"=", b"r", b"rw-p", b"\r", b"1000-2000 ", b"12-13",
    b"2024-01-17T10:00:00Z h-1: ", b"f" * 17, b"\xe2\x80\x93", b"<", b'"',
]  # fmt: skip

EDITS = st.tuples(st.sampled_from([0, 8, 9, 17, 18, 22, 31, 37, 40, 73]), st.sampled_from(PIECES))


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """A mapping of any format with a few edits, mostly at the ends of its columns."""
    line = draw(st.sampled_from(LINES))
    for at, piece in draw(st.lists(EDITS, max_size=3)):
        keeps = draw(st.booleans())
        line = line[:at] + piece + line[at + (0 if keeps else len(piece)) :]
    return line


def no_match(_text: bytes, _column: int) -> None:
    """Find nothing."""


def found_by_grammar(text: bytes) -> Match | None:
    """Return what is found without the expression for plain mappings."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matches, "_plain_match", no_match)
        return find_match(text)


@settings(max_examples=examples(400))
@given(lines())
def test_finds_what_the_grammar_finds(text: bytes) -> None:
    assert find_match(text) == found_by_grammar(text)
    if is_plain(text):
        assert find_match(text)


@pytest.mark.parametrize("head", [b"", b"\t", b"2024-01-17T10:00:00Z a-host b[7]: "])
def test_nearly_all_lines_are_plain(head: bytes) -> None:
    for line in LINES[:3]:
        assert is_plain(head + line)
        assert find_match(head + line) == found_by_grammar(head + line)
    for line in LINES[5:]:
        assert not is_plain(head + line)


@settings(max_examples=examples(400))
@given(lines())
def test_no_mapping_begins_before_the_first_range(text: bytes) -> None:
    first = patterns.any_range().search(text)
    found = [
        (match.start(), order, pattern.format)
        for order, pattern in enumerate(patterns.all_formats())
        if (match := pattern.line.search(text))
    ]
    assert not found or (first and first.start() <= min(found)[0])
    candidate = matches.find_candidate(text)
    if candidate and found:
        assert candidate.start() == min(found)[0]
