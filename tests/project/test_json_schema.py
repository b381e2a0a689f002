"""The JSON Schema and docs/json.md agree with the program."""

from __future__ import annotations

import json
import re
from typing import Any

import attrs
import jsonschema
from hypothesis import given
from hypothesis import strategies as st

import procmaps
from procmaps import _resources
from procmaps.formats.smaps_fields import FIELDS
from procmaps.json_format import SCHEMA, from_json, snapshot_to_json, to_json
from procmaps.records.mapping import Mapping
from procmaps.records.usage import Usage
from tests.support.checkout import ROOT
from tests.support.json_records import records

_SCHEMA = json.loads(_resources.read(SCHEMA))
_RECORD: Any = jsonschema.Draft202012Validator(_SCHEMA)
_SNAPSHOT: Any = jsonschema.Draft202012Validator(
    {"$ref": "#/$defs/snapshot", "$defs": _SCHEMA["$defs"]}
)


@given(records)
def test_every_record_fits_the_schema(record: Mapping) -> None:
    _RECORD.validate(to_json(record))


@given(st.binary(max_size=300))
def test_every_snapshot_fits_the_schema(text: bytes) -> None:
    snapshot = procmaps.loads(b"1000-2000 r-xp 0 0:0 0 /x\n" + text, errors="collect")
    data = snapshot_to_json(snapshot)
    _SNAPSHOT.validate(data)
    mappings = data["mappings"]
    assert isinstance(mappings, list)
    assert [from_json(item) for item in mappings] == list(snapshot)


def test_the_schema_describes_every_smaps_field() -> None:
    members = _SCHEMA["$defs"]["usage"]["properties"]
    assert set(members) == {field.name for field in attrs.fields(Usage)}
    for field in FIELDS.values():
        description = members[field.attribute]["description"]
        if field.unit != "flags":
            assert description == field.meaning + (" In bytes." if field.unit == "kB" else "")


def test_the_examples_in_the_documentation_are_valid() -> None:
    text = (ROOT / "docs/json.md").read_text("utf-8")
    record, snapshot = (
        json.loads(block) for block in re.findall("```json\n(.*?)```", text, re.DOTALL)
    )
    assert to_json(from_json(record)) == record
    _RECORD.validate(record)
    assert snapshot == snapshot_to_json(procmaps.loads(b""))


def test_the_schema_is_itself_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(_SCHEMA)
