"""Texts that were joined from several dumps: found, reported, and split again."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procmaps import Snapshot, loads
from procmaps.strategies import dumps as kernel_dumps
from tests.support.dumps import SAMPLE
from tests.support.examples import examples

ROLLUP = b"""\
%x-%x ---p 00000000 00:00 0                          [rollup]
Rss:                %4d kB
"""


def kinds(snapshot: Snapshot) -> list[tuple[str, int]]:
    return [(problem.kind, problem.line) for problem in snapshot.problems]


@pytest.mark.parametrize("ranges", [((5, 9), (5, 9)), ((1, 2), (3, 4)), ((3, 4), (1, 2))])
def test_each_rollup_is_a_dump_whatever_its_range(ranges: tuple[tuple[int, int], ...]) -> None:
    texts = [ROLLUP % (start << 12, end << 12, 7) for start, end in ranges]
    snapshot = loads(b"".join(texts))
    assert snapshot.kind == "smaps_rollup"
    assert kinds(snapshot) == [("joined", 3)]
    assert [part.dumps() for part in snapshot.split()] == texts


def test_a_rollup_among_mappings_is_a_dump_of_its_own() -> None:
    rollup = ROLLUP % (0x7F0000300000, 0x7F0000400000, 1)
    snapshot = loads(SAMPLE + rollup + SAMPLE)
    assert snapshot.kind == "smaps"
    assert kinds(snapshot) == [("joined", 5), ("joined", 7)]
    assert [part.kind for part in snapshot.split()] == ["maps", "smaps_rollup", "maps"]


def test_one_dump_is_one_part() -> None:
    (part,) = loads(SAMPLE).split()
    assert part == loads(SAMPLE)
    assert [part.dumps() for part in loads(b"").split()] == [b""]


@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r\r\n"])
def test_parts_have_the_line_ends_of_the_text(newline: bytes) -> None:
    text = (SAMPLE * 3).replace(b"\n", newline)
    snapshot = loads(text)
    assert [part.dumps() for part in snapshot.split()] == [SAMPLE.replace(b"\n", newline)] * 3
    assert b"".join(part.dumps() for part in snapshot.split()) == text


def test_lines_before_the_first_mapping_stay_in_the_first_part() -> None:
    snapshot = loads(b"junk\n" + SAMPLE + SAMPLE, errors="collect")
    assert [part.dumps() for part in snapshot.split()] == [b"junk\n" + SAMPLE, SAMPLE]


def test_a_torn_read_is_no_joint() -> None:
    # The mapping has merged with one above it since the text up to 0x3000 was printed.
    torn = b"1000-2000 rw-p 0 00:00 0 \n2000-3000 rw-p 0 00:00 0 \n1000-5000 rw-p 0 00:00 0 \n"
    snapshot = loads(torn)
    assert kinds(snapshot) == [("backward", 3)]
    assert len(snapshot.split()) == 1


@settings(max_examples=examples(100))
@given(st.lists(kernel_dumps(producer="linux-6.12"), min_size=1, max_size=4))
def test_split_gives_back_joined_dumps(dumps: list[bytes]) -> None:
    snapshot = loads(b"".join(dumps), errors="collect")
    parts = snapshot.split()
    assert b"".join(part.dumps() for part in parts) == snapshot.dumps()
    assert [mapping for part in parts for mapping in part] == list(snapshot)
    for one, two in pairwise(part for part in parts if len(part)):
        assert two[0].end <= one[-1].start or "[rollup]" in (str(two[0].name), str(one[-1].name))


def test_empty_ranges_that_are_repeated_are_reported() -> None:
    line = b"7000-7000 rw-p 00000000 00:00 0 \n"
    assert kinds(loads(line * 3)) == [("repeated", 2), ("repeated", 3)]


def test_hidden_addresses_are_no_repetition() -> None:
    assert loads(b"00000000-00000000 rw-p 00000000 00:00 0 \n" * 3).problems == ()
