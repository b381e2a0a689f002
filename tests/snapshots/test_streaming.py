"""`iterload`: chunks of a dump that together are the dump."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps import ParseError, iterload, loads
from tests.engines.native.lines import SEEDS
from tests.support.costs import MAX_GROWTH, growth_of_calls

ENTRY = b"%x-%x rw-p 00000000 00:00 0 \nRss: 4 kB\nVmFlags: rd \n"


def dump(size: int) -> bytes:
    return b"".join(ENTRY % (n << 12, n + 1 << 12) for n in range(size))


@given(st.lists(st.sampled_from(SEEDS), max_size=12), st.integers(1, 200))
def test_chunks_join_to_the_input(lines: list[bytes], size: int) -> None:
    text = b"".join(lines)
    chunks = [*iterload(io.BytesIO(text), chunk_size=size, errors="collect", dialect="linux")]
    assert b"".join(snapshot.dumps() for snapshot in chunks) == text


@pytest.mark.parametrize("size", [1, 60, 100, 1000, 10**6])
def test_chunks_contain_the_mappings_of_the_whole_dump(size: int, tmp_path: Path) -> None:
    path = tmp_path / "dump"
    path.write_bytes(dump(30))
    found = [mapping for snapshot in iterload(path, chunk_size=size) for mapping in snapshot]
    assert found == [*loads(dump(30))]


def test_chunks_have_about_the_requested_size() -> None:
    sizes = [len(s.dumps()) for s in iterload(io.BytesIO(dump(500)), chunk_size=1000)]
    assert len(sizes) > 20
    assert max(sizes) <= 2000


def test_an_error_has_its_position_in_the_whole_input() -> None:
    text = dump(40) + b"junk\n" + dump(3)
    with pytest.raises(ParseError) as whole:
        loads(text)
    with pytest.raises(ParseError) as chunked:
        list(iterload(io.BytesIO(text), chunk_size=300))
    assert chunked.value == whole.value
    assert chunked.value.line == 121


def test_rejects_a_chunk_size_below_1() -> None:
    with pytest.raises(ValueError, match=r"^chunk_size must be an integer from 1, not 0$"):
        list(iterload(io.BytesIO(b""), chunk_size=0))


def test_work_is_linear_without_a_header_line() -> None:
    """Each chunk without an entry doubles what is read next, so it is not searched each time."""

    def action(text: bytes) -> object:
        return [*iterload(io.BytesIO(text), chunk_size=200, errors="collect", dialect="linux")]

    assert growth_of_calls(action, lambda size: b"junk\n" * (size // 5), 20_000) <= MAX_GROWTH
