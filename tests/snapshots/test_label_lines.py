"""Old Android's ``Name:`` line repeats the label of the header, which may contain newlines."""

from __future__ import annotations

import pytest

from procmaps import loads
from procmaps.engines import lark_engine, regex_engine
from procmaps.engines.extra_lines import label_text
from procmaps.grammar import loading
from procmaps.records.names import AnonName

ENTRY = (
    b"7f00-8f00 rw-p 00000000 00:00 0        [anon:a\nb]\n"
    b"Name:           [anon:a\nb]\n"
    b"Size:                  4 kB\n"
)


@pytest.mark.parametrize("times", [1, 3])
def test_a_label_with_a_newline_is_complete_in_header_and_name_line(times: int) -> None:
    """More than one entry, so that the regex engine uses the layout of the first one."""
    snapshot = loads(ENTRY * times, dialect="android")
    assert [(m.name, m.usage and m.usage.name) for m in snapshot] == [
        (AnonName.of(b"a\nb"), AnonName.of(b"a\nb"))
    ] * times


def test_lark_and_regex_engines_agree() -> None:
    android = loading.load("android")
    for engine in (lark_engine.scan, regex_engine.scan):
        columns = engine(ENTRY, android)
        assert not columns.unparsed
        assert label_text(columns, 1) == b"[anon:a\nb]"
