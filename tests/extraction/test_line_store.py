"""A store gives back the lines that were put into it, and needs little memory for them."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from procmaps.extraction.line_store import LineStore, stored
from procmaps.extraction.lookahead import Lookahead
from procmaps.extraction.source_lines import SourceLine, split
from tests.support.examples import examples

TEXTS = st.lists(
    st.sampled_from([b"", b"a", b"bc\r", b"x" * 5000, b"12 34", b"\0", b"\n"]), max_size=40
).map(b"\n".join)


def changed(line: SourceLine, how: int) -> list[SourceLine]:
    """Return the lines that a layer might make of one."""
    middle = len(line.text) // 2
    match how:
        case 0:
            return [line]
        case 1:
            return [line.with_text(line.text[:middle], "suffix", line.text[middle:])]
        case 2:
            return [*line.divided([(0, middle), (middle, len(line.text))])]
        case 3:
            return [line.edited([(0, middle, b"new")]).with_doubt("remark", b"why").inside(b"head")]
        case _:
            return []


def facts(lines: Sequence[SourceLine]) -> list[object]:
    return [
        (line.text, line.runs, line.repairs, line.context, line.doubts, line.numbers, line.raw)
        for line in lines
    ]


@settings(max_examples=examples(200))
@given(TEXTS, st.lists(st.integers(0, 4), min_size=1, max_size=60))
def test_gives_back_every_line(text: bytes, choices: list[int]) -> None:
    plain = [*split(text)]
    store = stored(plain)
    assert facts(store) == facts(plain)
    ways = [choices[index % len(choices)] for index in range(len(plain))]
    expected = [part for line, how in zip(plain, ways, strict=True) for part in changed(line, how)]
    again = stored(
        (part for line, how in zip(store, ways, strict=True) for part in changed(line, how)), store
    )
    assert facts(again) == facts(expected)
    assert len(again) == len(expected)
    for index in range(-len(expected), len(expected)):
        assert again[index].text == expected[index].text
    assert facts(again[1:7]) == facts(expected[1:7])


def test_untouched_lines_need_hardly_any_memory() -> None:
    text = b"0123456789\n" * 20_000
    tracemalloc.start()
    store = stored(split(text))
    for _ in range(5):
        store = stored((line for line in store), store)
    used, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(store) == 20_001
    assert used <= len(text)
    assert peak <= 2 * len(text)


def test_changed_lines_need_about_twice_their_text() -> None:
    text = b"".join(b"0123456789 %d some more text\n" % number for number in range(10_000))
    lines = (line.with_text(line.text[3:], "suffix", line.text[:3]) for line in split(text))
    tracemalloc.start()
    store = stored(lines)
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(store) == 10_001
    assert used <= 2.5 * len(text)


def test_index_out_of_range() -> None:
    for index in (0, -1):
        try:
            LineStore()[index]
        except IndexError:
            continue
        raise AssertionError


def test_lookahead_shows_the_next_line() -> None:
    lines = [*split(b"a\nb")]
    rest = Lookahead(lines)
    assert rest.next_line() is lines[0]
    assert next(rest) is lines[0]
    assert [*rest] == lines[1:]
    assert rest.next_line() is None
