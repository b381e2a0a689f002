"""Why a field line that the grammar accepts is refused, in the words of every engine."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from procmaps import loads
from procmaps.engines import lark_engine, regex_engine
from procmaps.engines.column_buffers import ColumnBuffers
from procmaps.grammar import loading
from procmaps.grammar.loading import Grammar

HEADER = b"1000-2000 rw-p 00000000 00:00 0 \n"
TWICE = "this field occurs twice in one entry"

REFUSED: list[tuple[bytes, str, str]] = [
    (b"Rss: 4\n", "value", "Rss must be a size in kB"),
    (b"THPeligible: 4 kB\n", "value", "THPeligible must be a number without a unit"),
    (b"Rss: 18014398509481984 kB\n", "value", "the number must be at most 18014398509481983"),
    (
        b"THPeligible: 18446744073709551615\n",
        "value",
        "the number must be at most 18446744073709551614",
    ),
    (b"Rss: 4 kB\nRss: 4 kB\n", "key", TWICE),
    (b"VmFlags: rd \nVmFlags: rd \n", "key", TWICE),
]

Scan = Callable[[bytes, Grammar], ColumnBuffers]


@pytest.mark.parametrize("scan", [regex_engine.scan, lark_engine.scan], ids=["python", "lark"])
@pytest.mark.parametrize(("fields", "field", "reason"), REFUSED)
def test_each_engine_gives_the_reason(scan: Scan, fields: bytes, field: str, reason: str) -> None:
    text = HEADER + fields
    (found,) = scan(text, loading.load("linux")).unparsed
    last = len(text.splitlines(keepends=True)[-1])
    assert found == (len(text) - last, len(text), field, reason)


@pytest.mark.parametrize("scan", [regex_engine.scan, lark_engine.scan], ids=["python", "lark"])
@pytest.mark.parametrize(
    "facts",
    [b"10000000000000000 00:00 0", b"0 100000000:00 0", b"0 00:100000000 0", b"0 00:00 %d" % 2**64],
)
def test_numbers_of_a_header_line_fit_their_columns(scan: Scan, facts: bytes) -> None:
    text = b"1000-2000 rw-p " + facts + b" \n"
    found = scan(text, loading.load("linux"))
    assert len(found) == 0
    assert [(each.start, each.end) for each in found.unparsed] == [(0, len(text))]
    greatest = b"1000-2000 rw-p ffffffffffffffff ffffffff:ffffffff 18446744073709551615 \n"
    assert len(scan(greatest, loading.load("linux"))) == 1


def test_the_greatest_numbers_are_accepted() -> None:
    text = HEADER + b"Rss: 18014398509481983 kB\nTHPeligible: 18446744073709551614\n"
    (mapping,) = loads(text)
    assert mapping.usage
    assert mapping.usage.rss == 18014398509481983 * 1024
    assert mapping.usage.thp_eligible == 2**64 - 2
