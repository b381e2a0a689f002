"""Old Android's ``Name:`` line repeats a label that may run over several lines, like the header."""

from __future__ import annotations

import pytest

from procmaps import loads
from procmaps.engines import lark_engine, regex_engine
from procmaps.grammar import loading
from procmaps.records.names import AnonName

ENTRY = (
    b"7f00-8f00 rw-p 00000000 00:00 0        [anon:a\nb]\n"
    b"Name:           [anon:a\nb]\n"
    b"Size:                  4 kB\n"
)


@pytest.mark.parametrize("times", [1, 3])
def test_a_label_with_a_newline_is_whole_in_the_header_and_below(times: int) -> None:
    """Twice and more, so that the fast engine reads it by a shape that it has learned."""
    snapshot = loads(ENTRY * times, dialect="android")
    assert [(m.name, m.usage and m.usage.name) for m in snapshot] == [
        (AnonName.of(b"a\nb"), AnonName.of(b"a\nb"))
    ] * times


def test_the_reference_reads_it_as_the_fast_engine_does() -> None:
    android = loading.load("android")
    for engine in (lark_engine.scan, regex_engine.scan):
        columns = engine(ENTRY, android)
        assert (columns.unparsed, columns.usage_table.labels) == ([], {1: b"[anon:a\nb]"})
