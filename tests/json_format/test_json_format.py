"""The JSON form is lossless, and `from_json` rejects other JSON with the member and reason."""

from __future__ import annotations

import copy
import json
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import procmaps
from procmaps.errors import InvalidRecord
from procmaps.json_format import Json, from_json, snapshot_to_json, text_of, to_json
from procmaps.records.mapping import Mapping
from procmaps.records.usage import Usage
from tests.support.json_records import records


@given(st.binary(max_size=300))
def test_records_of_a_snapshot_read_back_equal(text: bytes) -> None:
    snapshot = procmaps.loads(b"1000-2000 r-xp 0 0:0 0 /x\n" + text, errors="collect")
    mappings = snapshot_to_json(snapshot)["mappings"]
    assert isinstance(mappings, list)
    assert [from_json(item) for item in mappings] == list(snapshot)


@given(records)
def test_from_json_is_the_inverse_of_to_json_through_text(record: Mapping) -> None:
    text = json.dumps(to_json(record))
    text.encode("ascii")
    assert from_json(json.loads(text)) == record


def _without_redundant_members(data: Json) -> Json:
    if isinstance(data, list):
        return [_without_redundant_members(item) for item in data]
    if not isinstance(data, dict):
        return data
    redundant = ["text", "path", "deleted", "flags"] + ["size"] * ("perms" in data)
    return {
        key: _without_redundant_members(value)
        for key, value in data.items()
        if key not in redundant
    }


@given(records)
def test_redundant_members_are_optional(record: Mapping) -> None:
    minimal = _without_redundant_members(to_json(record))
    assert from_json(minimal) == record


def test_sizes_are_exact_in_a_double_up_to_eight_exbibytes() -> None:
    largest = 2**63 - 1024
    usage = Usage(size=largest)
    record = attrs.evolve(_SAMPLE, usage=usage)
    as_javascript = json.loads(json.dumps(to_json(record)), parse_int=lambda text: int(float(text)))
    assert as_javascript["usage"]["size"] == largest


@pytest.mark.parametrize(
    ("column", "members"),
    [
        (b"[stack:12]", {"kind": "thread_stack", "tid": 12}),
        (
            b"/SYSV0000002a (deleted)",
            {"kind": "sysv", "key": 42, "deleted": True, "escaped": True},
        ),
        (b"socket:[18446744073709551615]", {"kind": "socket", "number": "18446744073709551615"}),
        (b"[vdso]", {"kind": "vdso"}),
        (b"/[aio] (deleted)", {"kind": "aio", "deleted": True, "escaped": True}),
        (b"what", {"kind": "other"}),
    ],
)
def test_kind_of_name_adds_its_members(column: bytes, members: dict[str, object]) -> None:
    (record,) = procmaps.loads(b"1000-2000 r-xp 00000000 00:00 0 " + column + b"\n")
    name: Any = to_json(record)["name"]
    added = {key: value for key, value in name.items() if key not in ("base64", "text")}
    assert added == members
    assert from_json(to_json(record)) == record


def test_text_escapes_bytes_that_are_not_utf8() -> None:
    assert text_of("/ü\t".encode() + b"\xff") == "/ü\t\\xff"


_SAMPLE = procmaps.loads(
    b"7f0000000000-7f0000001000 rw-s 00000000 00:01 1025                       "
    b"[anon_shmem:a b]\nRss:                   4 kB\nVmFlags: rd wr \n"
)[0]
_JSON: Any = to_json(_SAMPLE)


def test_the_form_of_one_record() -> None:
    assert to_json(_SAMPLE) == {
        "start": "0x7f0000000000",
        "end": "0x7f0000001000",
        "size": 4096,
        "perms": "rw-s",
        "offset": "0x0",
        "device": {"major": 0, "minor": 1},
        "inode": "1025",
        "name": {
            "kind": "anon_shmem",
            "base64": "W2Fub25fc2htZW06YSBiXQ==",
            "text": "[anon_shmem:a b]",
            "label": {"base64": "YSBi", "text": "a b"},
        },
        "usage": {
            "rss": 4096,
            "vm_flags": {"base64": "IHJkIHdyIA==", "text": " rd wr ", "flags": ["rd", "wr"]},
        },
    }


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("start", "7f00",
         ("start is '7f00'; expected a string such as '0x7f00': lower case, "
          "no leading zeros, at most 16 digits")),
        ("start", "0x00",
         ("start is '0x00'; expected a string such as '0x7f00': lower case, "
          "no leading zeros, at most 16 digits")),
        ("end", "0x1", "end is 0x1, below the start 0x7f0000000000"),
        ("size", 4095, "size is 4095, but the other members make it 4096"),
        ("size", True, "size is true, but the other members make it 4096"),
        ("perms", "rw",
         ("perms is invalid: invalid permissions 'rw': expected four characters "
          "such as 'rw-p', not 2")),
        ("perms", None, "perms is null; expected a string"),
        ("device", [], "device is a list; expected an object"),
        ("device.major", 2**32,
         "device.major is 4294967296; expected an integer from 0 to 4294967295"),
        ("inode", 1025,
         ("inode is 1025; expected a string with a decimal number up to "
          "18446744073709551615")),
        ("inode", str(2**64),
         ("inode is '18446744073709551616'; expected a string with a decimal "
          "number up to 18446744073709551615")),
        ("name.label.base64", "YSBi=",
         ("name.label.base64 is 'YSBi='; expected base64 with padding "
          "(RFC 4648, section 4)")),
        ("name.label.text", "\ud800",
         "name.label.text is '\\ud800', but the other members make it 'a b'"),
        ("name.colour", "red", "name.colour is not a member of this object"),
        ("usage.rss", 5, "usage.rss is not a multiple of 1024: sizes are in bytes"),
        ("usage.vm_flags.flags", ["rd"],
         "usage.vm_flags.flags is a list, but the other members make it a list"),
        ("usage.extra", [], "usage.extra is a list; expected a list of at least one object"),
        ("usage.extra", [{"key": "\ud800", "base64": ""}],
         ("usage.extra[0].key is '\\ud800', "
          "but the other members make it '\\\\xed\\\\xa0\\\\x80'")),
    ],
)  # fmt: skip
def test_rejects_other_json_and_names_the_member(path: str, value: object, message: str) -> None:
    data = copy.deepcopy(_JSON)
    *parents, last = path.split(".")
    parent = data
    for member in parents:
        parent = parent[member]
    parent[last] = value
    with pytest.raises(InvalidRecord) as caught:
        from_json(data)
    assert str(caught.value) == f"not a procmaps record: {message}"


@pytest.mark.parametrize("member", ["start", "end", "perms", "offset", "device", "inode", "name"])
def test_rejects_a_record_without_a_required_member(member: str) -> None:
    data = {key: value for key, value in _JSON.items() if key != member}
    with pytest.raises(InvalidRecord) as caught:
        from_json(data)
    assert str(caught.value) == f"not a procmaps record: {member} is missing"


def test_rejects_json_that_is_not_an_object() -> None:
    with pytest.raises(InvalidRecord) as caught:
        from_json("rw-p")
    assert str(caught.value) == ("not a procmaps record: the record is 'rw-p'; expected an object")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
)


@given(json_values, st.sampled_from(["", *_JSON, "name.kind", "name.label", "usage.vm_flags"]))
def test_any_json_is_a_record_or_an_invalid_record(value: object, path: str) -> None:
    data: Any = copy.deepcopy(_JSON)
    if not path:
        data = value
    else:
        *parents, last = path.split(".")
        parent = data
        for member in parents:
            parent = parent[member]
        parent[last] = value
    try:
        record = from_json(data)
    except InvalidRecord:
        return
    assert isinstance(record, Mapping)
