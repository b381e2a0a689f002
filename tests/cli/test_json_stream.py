"""JSON written in pieces is what `json.dumps` writes at once."""

from __future__ import annotations

import json
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procmaps.cli import json_stream
from procmaps.cli.json_stream import Items, Later, Streamed, bytes_to_pieces, encode
from procmaps.json_format import Json, bytes_to_json

VALUES: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_any_value_is_written_as_by_json(value: Json) -> None:
    streamed = cast("Streamed", value)
    assert "".join(encode(streamed)) == json.dumps(value, indent=2)


@given(st.lists(VALUES))
def test_what_is_made_later_is_written_as_its_value(values: list[Json]) -> None:
    elements = cast("list[Streamed]", values)
    streamed: dict[str, Streamed] = {
        "list": Items(iter(elements)),
        "called": Later(lambda: elements),
    }
    expected = {"list": values, "called": values}
    assert "".join(encode(streamed)) == json.dumps(expected, indent=2)


@pytest.mark.parametrize("size", [3, 6, json_stream.PIECE])
@given(
    raw=st.binary(max_size=40) | st.text(max_size=20).map(lambda t: t.encode("utf-8", "replace"))
)
def test_bytes_are_cut_anywhere_and_written_alike(size: int, raw: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "PIECE", size)
        written = "".join(encode(bytes_to_pieces(raw)))
    assert written == json.dumps(bytes_to_json(raw), indent=2)
