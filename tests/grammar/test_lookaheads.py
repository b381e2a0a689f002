"""A name that can contain newlines ends before a header line or a field.

Lark has no look-ahead for rules, so the dialects repeat the beginning of a line. These tests
compare the repetition with the rules.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps.formats.dialects import DIALECTS
from procmaps.grammar import loading
from procmaps.grammar.loading import Grammar

RAW = [loading.load(dialect.name) for dialect in DIALECTS if dialect.newlines_in_names]
HEADER = b"00400000-00401000 r-xp 00000000 08:01 42 "


def name_of(loaded: Grammar) -> str:
    """Return the expression of the terminal of a name."""
    return loaded.terminal("NAME").pattern.decode("latin-1")


def beginning(loaded: Grammar) -> str:
    """Return the expression of a header line up to the space after the permissions."""
    (terminals, *_) = loaded.expansions("header")
    names = [terminal.name for terminal in terminals]
    before_offset = terminals[: names.index("OFFSET")]
    return "".join(terminal.literal or terminal.pattern for terminal in before_offset)


@pytest.mark.parametrize("loaded", RAW, ids=lambda loaded: loaded.dialect.name)
def test_name_ends_before_the_beginning_of_a_header_line(loaded: Grammar) -> None:
    assert f"\n(?!{beginning(loaded)}" in name_of(loaded)


def test_name_of_gvisor_ends_before_a_key() -> None:
    loaded = loading.load("gvisor")
    key = loaded.terminal("KEY").pattern.decode("latin-1")
    assert f"\n(?!{beginning(loaded)}|{key}|\\Z)" in name_of(loaded)


@st.composite
def headers(draw: st.DrawFn) -> bytes:
    """Draw header lines up to the inode."""
    number = st.from_regex(rb"\A[0-9a-f]{1,16}\Z")
    perms = draw(st.from_regex(rb"\A[r-][w-][x-][psS]\Z"))
    start, end, offset, major, minor = (draw(number) for _ in range(5))
    return b"%s-%s %s %s %s:%s %d" % (start, end, perms, offset, major, minor, draw(st.integers(0)))


@pytest.mark.parametrize("loaded", RAW, ids=lambda loaded: loaded.dialect.name)
@given(next_line=headers(), name=st.sampled_from((b"/a", b"/a\nb", b"[anon:x]")))
def test_name_never_contains_a_header_line(loaded: Grammar, next_line: bytes, name: bytes) -> None:
    if b"\n" in name and loaded.dialect.name == "android":
        name = b"[anon:a\nb]"
    found = loaded.header.match(HEADER + name + b"\n" + next_line)
    assert found
    assert found["NAME"] == name


@given(key=st.from_regex(rb"\A[A-Z][A-Za-z0-9_.()]*:\Z"))
def test_name_of_gvisor_never_contains_a_field(key: bytes) -> None:
    loaded = loading.load("gvisor")
    assert loaded.terminal("KEY").fullmatch(key)
    found = loaded.header.match(HEADER + b"/a\n" + key + b" 4 kB\n")
    assert found
    assert found["NAME"] == b"/a"
