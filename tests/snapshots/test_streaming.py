"""Pieces of a dump: together they are the dump."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps import ParseError, iterload, loads
from tests.engines.native.lines import SEEDS

ENTRY = b"%x-%x rw-p 00000000 00:00 0 \nRss: 4 kB\nVmFlags: rd \n"


def dump(size: int) -> bytes:
    return b"".join(ENTRY % (n << 12, n + 1 << 12) for n in range(size))


@given(st.lists(st.sampled_from(SEEDS), max_size=12), st.integers(1, 200))
def test_nothing_is_lost_between_pieces(lines: list[bytes], piece: int) -> None:
    text = b"".join(lines)
    pieces = [*iterload(io.BytesIO(text), chunk_size=piece, errors="collect", dialect="linux")]
    assert b"".join(snapshot.dumps() for snapshot in pieces) == text


@pytest.mark.parametrize("piece", [1, 60, 100, 1000, 10**6])
def test_entries_are_whole_and_the_same_as_in_one_piece(piece: int, tmp_path: Path) -> None:
    path = tmp_path / "dump"
    path.write_bytes(dump(30))
    found = [mapping for snapshot in iterload(path, chunk_size=piece) for mapping in snapshot]
    assert found == [*loads(dump(30))]


def test_pieces_are_as_long_as_asked() -> None:
    sizes = [len(s.dumps()) for s in iterload(io.BytesIO(dump(500)), chunk_size=1000)]
    assert len(sizes) > 20
    assert max(sizes) <= 2000


def test_an_error_tells_its_place_in_the_whole() -> None:
    text = dump(40) + b"junk\n" + dump(3)
    with pytest.raises(ParseError) as whole:
        loads(text)
    with pytest.raises(ParseError) as pieces:
        list(iterload(io.BytesIO(text), chunk_size=300))
    assert pieces.value == whole.value
    assert pieces.value.line == 121


def test_a_piece_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^piece must be 1 byte or more, not 0$"):
        list(iterload(io.BytesIO(b""), chunk_size=0))
