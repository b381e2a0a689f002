"""Text of parsers in Markdown stays text."""

from __future__ import annotations

import pytest

from corpus.tools.matrix.markdown import code, plain, table


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("[anon:x]", "`[anon:x]`"),
        ("two  spaces", "`two␠␠spaces`"),
        (" edges ", "`␠edges␠`"),
        ("a|b", r"`a\|b`"),
        ("a`b", "``a`b``"),
        ("`", "`` ` ``"),
        ("``a`", "``` ``a` ```"),
        ("a\nb\x1b\u202e", r"`a\x0ab\x1b\xe2\x80\xae`"),
        ("<b>", "`<b>`"),
    ],
)
def test_a_code_span_shows_every_character(text: str, span: str) -> None:
    assert code(text) == span


def test_plain_text_has_no_markup() -> None:
    assert plain("<b>*a* [b](c) | `d`\n\x1b") == r"\<b\>\*a\* \[b\](c) \| \`d\` \\x1b"


def test_a_table_aligns_its_last_columns() -> None:
    assert table(("a", "b"), [("1", "2")], right=1) == "| a | b |\n| --- | --: |\n| 1 | 2 |\n"
