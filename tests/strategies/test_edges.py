"""What is read survives JSON, pickle and rendering, also with every number at a limit."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable

import pytest
from hypothesis import Phase, assume, find, given, settings
from hypothesis import strategies as st

from procmaps import ParseError, Socket, UnknownName, loads, render
from procmaps.formats.dialects import DIALECTS
from procmaps.json_format import from_json, to_json
from procmaps.strategies import edge_fields, edge_lines, edge_names, names

ENTRY = st.lists(edge_fields(), max_size=3)


@given(edge_lines(), ENTRY, st.sampled_from([dialect.name for dialect in DIALECTS]))
def test_what_is_read_survives_json_and_pickle(
    line: bytes, fields: list[bytes], dialect: str
) -> None:
    text = line + b"".join(fields)
    snapshot = loads(text, errors="collect", dialect=dialect)
    assert snapshot.dumps() == text
    for mapping in snapshot:
        assert from_json(json.loads(json.dumps(to_json(mapping)))) == mapping
        assert pickle.loads(pickle.dumps(mapping)) == mapping  # noqa: S301 - our own bytes


@given(edge_lines())
def test_str_of_a_mapping_is_a_line_with_the_same_record(line: bytes) -> None:
    for mapping in loads(line, errors="collect", dialect="linux"):
        assume(not mapping.name.raw.endswith(b"\r"))
        assert list(loads(str(mapping) + "\n", dialect="linux")) == [mapping]


@given(edge_names())
def test_a_name_on_every_line_survives_rendering(name: bytes) -> None:
    line = b"1000-2000 rw-p 00000000 00:00 0                          " + name + b"\n"
    assume(not name.startswith(b" "))
    snapshot = loads(line, errors="collect", dialect="linux")
    assert list(loads(render(snapshot, strict=False), dialect="linux")) == list(snapshot)


@pytest.mark.parametrize(("number", "kind"), [(2**64 - 1, Socket), (2**64, UnknownName)])
def test_a_socket_has_an_inode_of_64_bits(number: int, kind: type) -> None:
    text = b"1000-2000 rw-p 00000000 00:00 0 socket:[%d]\n" % number
    (mapping,) = loads(text)
    assert type(mapping.name) is kind
    assert from_json(to_json(mapping)) == mapping


ONCE_BROKE_A_LAW: dict[str, Callable[[bytes], bool]] = {
    "a name that ends in CR": lambda name: name.endswith(b"\r"),
    "the largest socket": (b"socket:[%d]" % (2**64 - 1)).__eq__,
}


@pytest.mark.parametrize("name", ONCE_BROKE_A_LAW)
def test_the_strategies_draw_what_once_broke_a_law(name: str) -> None:
    wanted = ONCE_BROKE_A_LAW[name]
    unshrunk = settings(phases=[Phase.generate], max_examples=5000, database=None)
    assert find(names().map(lambda drawn: drawn.raw), wanted, settings=unshrunk)


@pytest.mark.parametrize("texts", [(b"/x\r",), (b"/x\r", b"/dmabuf:y\r"), (b"/x\r\r", b"/x\r")])
def test_names_that_all_end_in_cr_are_kept(texts: tuple[bytes, ...]) -> None:
    lines = [
        b"%x000-%x000 rw-p 00000000 08:01 7 %b\n" % (n, n + 1, name) for n, name in enumerate(texts)
    ]
    snapshot = loads(b"".join(lines))
    assert [each.name.raw for each in snapshot] == [*texts]
    assert list(loads(render(snapshot))) == [*snapshot]


@pytest.mark.parametrize(
    "line",
    [
        b"1000-2000 rw-p 00000000 00:00 0 \r\n",
        b"Rss: 4 kB\r\n",
        b"1000-2000 rw-p 00000000 00:00 0 [heap]\r\n",
        b"1000-2000 rw-p 00000000 00:00 0 [anon:x]\r\n",
    ],
)
def test_one_line_that_no_kernel_prints_shows_a_conversion(line: bytes) -> None:
    path = b"1000-2000 rw-p 00000000 08:01 7 /x\r\n"
    assert loads(path + line)[0].name.raw == b"/x"
    with pytest.raises(ParseError):
        loads(path + line + b"\0\r\n")
