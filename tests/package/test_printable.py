"""What may be printed where: `procmaps.printable`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps.printable import (
    csv_cell,
    escape_bytes,
    escaped,
    markdown,
    size_text,
    visible,
    visible_block,
)


def test_bytes_outside_printable_ascii_are_escaped() -> None:
    found = [escape_bytes(bytes((byte,))) for byte in range(256)]
    assert found[0x20:0x7F] == [chr(byte) for byte in range(0x20, 0x7F)]
    others = [*range(0x20), *range(0x7F, 256)]
    assert [found[byte] for byte in others] == [f"\\x{byte:02x}" for byte in others]
    assert escape_bytes(b"a\n\xffb") == r"a\x0a\xffb"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("aé", [("a", False), ("é", False)]),
        (b"a\xc3\xa9", [("a", False), ("é", False)]),
        ("\n", [(r"\x0a", True)]),
        ("\u202e", [(r"\xe2", True), (r"\x80", True), (r"\xae", True)]),
        (b"\xff", [(r"\xff", True)]),
        ("\udcff", [(r"\xff", True)]),
        ("\ud800", [(r"\xed", True), (r"\xa0", True), (r"\x80", True)]),
    ],
)
def test_each_byte_of_what_is_not_printable_is_an_escape(
    text: bytes | str, parts: list[tuple[str, bool]]
) -> None:
    assert [*escaped(text)] == parts
    assert visible(text) == "".join(part for part, _ in parts)


@given(st.text() | st.binary())
def test_shown_text_is_printable_and_shown_as_it_is(text: bytes | str) -> None:
    for shown in (visible(text), csv_cell(text)):
        assert shown.isprintable()
        assert visible(shown) == shown


@given(st.text())
def test_a_block_keeps_its_newlines_and_nothing_else(text: str) -> None:
    lines = visible_block(text).split("\n")
    assert lines == [visible(line) for line in text.split("\n")]


@given(st.text())
def test_every_special_character_of_markdown_is_escaped(text: str) -> None:
    written = markdown(text)
    plain = written
    for special in "`*_{}[]<>()#+!|~&":
        assert written.count(special) == written.count(f"\\{special}")
        plain = plain.replace(f"\\{special}", special)
    assert plain.replace("\\\\", "\\") == visible(text)


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_a_cell_that_begins_like_a_formula_has_an_apostrophe(start: str) -> None:
    assert csv_cell(f"{start}1") == f"'{start}1"
    assert csv_cell(f"1{start}1") == f"1{start}1"
    assert csv_cell(start) == start
    assert csv_cell("") == ""


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (None, ""),
        (0, "0"),
        (1023, "1023"),
        (1024, "1k"),
        (1536, "1.5k"),
        (10 * 1024, "10k"),
        (10 * 1024 + 512, "10k"),
        (999 * 1024, "999k"),
        (1000 * 1024, "1.0M"),
        (1 << 20, "1.0M"),
        (10 << 20, "10M"),
        (132 << 30, "132G"),
        (1 << 60, "1.0E"),
        (1 << 64, "16E"),
    ],
)
def test_sizes_have_up_to_three_digits_in_units_of_1024(size: int | None, shown: str) -> None:
    assert size_text(size) == shown
