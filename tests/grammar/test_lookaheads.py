"""Where a name may hold newlines, it ends before a header line or a field, as the grammar has them.

Lark cannot look ahead for a rule: the dialects spell out what a line begins with. Here that is held
to the rules themselves.
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
    """The terminal of a name, as a regular expression."""
    return loaded.terminal("NAME").pattern.decode("latin-1")


def beginning(loaded: Grammar) -> str:
    """What a header line begins with, up to the permissions and the space behind them."""
    (way, *_) = loaded.expansions("header")
    steps = [step.terminal for step in way]
    pieces = [step.literal or step.pattern for step in way[: steps.index("OFFSET")]]
    return "".join(pieces)


@pytest.mark.parametrize("loaded", RAW, ids=lambda loaded: loaded.dialect.name)
def test_a_name_ends_before_what_a_header_line_begins_with(loaded: Grammar) -> None:
    assert f"\n(?!{beginning(loaded)}" in name_of(loaded)


def test_gvisor_prints_smaps_so_a_name_ends_before_a_key_too() -> None:
    loaded = loading.load("gvisor")
    key = loaded.terminal("KEY").pattern.decode("latin-1")
    assert f"\n(?!{beginning(loaded)}|{key}|\\Z)" in name_of(loaded)


@st.composite
def headers(draw: st.DrawFn) -> bytes:
    """Header lines as far as the inode."""
    number = st.from_regex(rb"\A[0-9a-f]{1,16}\Z")
    perms = draw(st.from_regex(rb"\A[r-][w-][x-][psS]\Z"))
    start, end, offset, major, minor = (draw(number) for _ in range(5))
    return b"%s-%s %s %s %s:%s %d" % (start, end, perms, offset, major, minor, draw(st.integers(0)))


@pytest.mark.parametrize("loaded", RAW, ids=lambda loaded: loaded.dialect.name)
@given(next_line=headers(), name=st.sampled_from((b"/a", b"/a\nb", b"[anon:x]")))
def test_no_name_runs_over_a_header_line(loaded: Grammar, next_line: bytes, name: bytes) -> None:
    if b"\n" in name and loaded.dialect.name == "android":
        name = b"[anon:a\nb]"
    found = loaded.header.match(HEADER + name + b"\n" + next_line)
    assert found
    assert found["NAME"] == name


@given(key=st.from_regex(rb"\A[A-Z][A-Za-z0-9_.()]*:\Z"))
def test_no_name_of_gvisors_runs_over_a_field(key: bytes) -> None:
    loaded = loading.load("gvisor")
    assert loaded.terminal("KEY").fullmatch(key)
    found = loaded.header.match(HEADER + b"/a\n" + key + b" 4 kB\n")
    assert found
    assert found["NAME"] == b"/a"
