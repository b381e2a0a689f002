r"""Convert records to JSON and back; ``docs/json.md`` describes the form.

``corpus/schema/record.schema.json`` is the same form as a JSON Schema, for consumers that are not
Python. Three rules:

* JSON has no bytes. Every text from the kernel is an object: ``base64`` is authoritative,
  ``text`` is for reading only.
* A consumer may store numbers as doubles (JavaScript, jq). So values that can need 64 bits are
  strings, and each member always has the same type. Sizes are numbers because consumers sum them.
  They are multiples of 1024, so a double represents them exactly up to 2\ :sup:`63` bytes.
* A value that was not printed has no member. There is no ``null``.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias, cast

import attrs

from procmaps.errors import InvalidRecord, ParseError
from procmaps.formats.smaps_fields import FIELDS
from procmaps.formats.vm_flags import VmFlags
from procmaps.records import names
from procmaps.records.device import Device
from procmaps.records.mapping import Mapping
from procmaps.records.perms import Perms
from procmaps.records.usage import ExtraField, Usage
from procmaps.snapshots.problem import Problem
from procmaps.snapshots.snapshot import Snapshot

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | bool | None"
JsonObject: TypeAlias = dict[str, Json]

VERSION = 1
"""Version of the JSON form, in every snapshot; incremented when a change breaks readers."""

SCHEMA = "corpus/schema/record.schema.json"
"""Name of the JSON Schema for `procmaps._resources.read`."""

_U64 = 2**64 - 1
_U32 = 2**32 - 1

USAGE_NUMBERS = tuple(
    field.name for field in attrs.fields(Usage) if field.name not in ("name", "vm_flags", "extra")
)
"""The attributes of `Usage` that are numbers; their JSON members have the same names."""

USAGE_SIZES = tuple(field.attribute for field in FIELDS.values() if field.unit == "kB")
"""The attributes of `Usage` that are sizes in bytes; the kernel prints them in kB."""


# --- writing --------------------------------------------------------------------------------------


def text_of(raw: bytes) -> str:
    r"""Decode *raw* as UTF-8, for people; a byte that is not valid UTF-8 becomes ``\xNN``."""
    return raw.decode("utf-8", "backslashreplace")


def bytes_to_json(raw: bytes) -> JsonObject:
    """Return bytes as an object: ``base64`` (RFC 4648 with padding) and ``text`` (`text_of`)."""
    return {"base64": base64.b64encode(raw).decode("ascii"), "text": text_of(raw)}


def to_json(mapping: Mapping) -> JsonObject:
    """Return *mapping* in the form of ``docs/json.md``; `from_json` is the exact inverse."""
    record: JsonObject = {
        "start": hex(mapping.start),
        "end": hex(mapping.end),
        "size": mapping.size,
        "perms": str(mapping.perms),
        "offset": hex(mapping.offset),
        "device": {"major": mapping.device.major, "minor": mapping.device.minor},
        "inode": str(mapping.inode),
        "name": name_to_json(mapping.name),
    }
    if mapping.usage is not None:
        record["usage"] = _usage_to_json(mapping.usage)
    return record


def name_to_json(
    name: names.Name, convert: Callable[[bytes], dict[str, Any]] = bytes_to_json
) -> dict[str, Any]:
    """Return a name column: its bytes, its ``kind``, and the members that the kind adds.

    *convert* returns the members of a text.
    """
    record: dict[str, Any] = {"kind": name.kind, **convert(name.raw)}
    match name:
        case names.ThreadStack(tid=tid):
            record["tid"] = tid
        case names.SysV(key=key):
            record["key"] = key
        case names.Socket(number=number):
            record["number"] = str(number)
        case names.FilePath(path=path):
            record["path"] = convert(path)
        case _:
            pass
    if isinstance(name, names.Labelled):
        record["label"] = convert(name.label)
    if isinstance(name, names.FileBacked):
        record["deleted"] = name.deleted
        record["escaped"] = name.escaped
    return record


def _usage_to_json(usage: Usage) -> JsonObject:
    record: JsonObject = {}
    for member in USAGE_NUMBERS:
        value: int | None = getattr(usage, member)
        if value is not None:
            record[member] = value
    if usage.name is not None:
        record["name"] = name_to_json(usage.name)
    if usage.vm_flags is not None:
        flags: list[Json] = [text_of(word) for word in usage.vm_flags]
        record["vm_flags"] = {**bytes_to_json(usage.vm_flags.raw), "flags": flags}
    if usage.extra:
        record["extra"] = [
            {"key": text_of(extra.key), **bytes_to_json(extra.value)} for extra in usage.extra
        ]
    return record


def snapshot_to_json(snapshot: Snapshot) -> JsonObject:
    """Return a whole snapshot: kind, dialect with the reason, mappings and problems."""
    return {
        **head_to_json(snapshot),
        "mappings": [to_json(mapping) for mapping in snapshot],
        "problems": [problem_to_json(problem) for problem in snapshot.problems],
    }


def head_to_json(snapshot: Snapshot) -> JsonObject:
    """Return the members of `snapshot_to_json` that precede the mappings."""
    return {
        "version": VERSION,
        "kind": snapshot.kind,
        "dialect": {"name": snapshot.dialect.name, "reason": snapshot.dialect.reason},
    }


def problem_to_json(problem: Problem) -> JsonObject:
    """Return a problem; it has ``error`` if a line could not be parsed."""
    record: JsonObject = {
        "kind": problem.kind,
        "line": problem.line,
        "raw": bytes_to_json(problem.raw),
        "message": problem.message,
    }
    if problem.error is not None:
        record["error"] = error_to_json(problem.error)
    return record


def error_to_json(
    error: ParseError, convert: Callable[[bytes], dict[str, Any]] = bytes_to_json
) -> dict[str, Any]:
    """Return a parse error: lines and columns count from 1, the offset in bytes from 0.

    *convert* returns the members of a text.
    """
    return {
        "reason": error.reason,
        "line": error.line,
        "column": error.column,
        "offset": error.offset,
        "field": error.field,
        "hint": error.hint,
        "source": convert(error.source),
    }


# --- reading --------------------------------------------------------------------------------------


def from_json(data: object) -> Mapping:
    """Return the record that *data* describes; *data* is the result of `json.loads`.

    Members that repeat others (``size``, every ``text``, ``path``, ``deleted``, ``flags``) are
    optional. If present they must agree with the others.

    Raises `InvalidRecord` for anything that `to_json` would not have written.
    """
    record = _Object(data, "")
    mapping = Mapping(
        start=record.hexadecimal("start"),
        end=record.hexadecimal("end"),
        perms=_perms(record),
        offset=record.hexadecimal("offset"),
        device=_device(record.child("device")),
        inode=record.decimal("inode"),
        name=_name(record.child("name")),
        usage=_usage(record.child("usage")) if record.has("usage") else None,
    )
    if mapping.end < mapping.start:
        raise InvalidRecord("end", f"is {mapping.end:#x}, below the start {mapping.start:#x}")
    _check_agreement(cast("Json", data), to_json(mapping), "")
    return mapping


def _perms(record: _Object) -> Perms:
    text = record.text("perms")
    try:
        return Perms.from_text(text)
    except ValueError as error:
        raise InvalidRecord("perms", f"is invalid: {error}") from None


def _device(device: _Object) -> Device:
    return Device(device.integer("major", _U32), device.integer("minor", _U32))


_KINDS: dict[str, type[names.Name]] = {
    cls.KIND: cls
    for cls in (
        names.Unnamed,
        names.Heap,
        names.Stack,
        names.ThreadStack,
        names.AnonName,
        names.AnonShmemName,
        names.FilePath,
        names.SysV,
        names.Memfd,
        names.Ashmem,
        names.DmaBuf,
        names.AnonInode,
        names.Socket,
        names.UnknownName,
    )
}
"""Kinds with a class of their own; the others are fixed names of the kernel."""


def _name(record: _Object) -> names.Name:
    kind, raw = record.text("kind"), record.content()
    cls = _KINDS.get(kind)
    if cls is None:
        # Only names with a path have the member "escaped".
        cls = names.KernelFile if record.has("escaped") else names.Special
    values: dict[str, Any] = {}
    for field in attrs.fields(cls):
        match field.name:
            case "raw":
                values["raw"] = raw
            case "pseudo_kind":
                values["pseudo_kind"] = kind
            case "label":
                values["label"] = record.child("label").content()
            case "escaped":
                values["escaped"] = record.boolean("escaped")
            case "number":
                values["number"] = record.decimal("number")
            case _:
                values[field.name] = record.integer(field.name, _U64)
    return cls(**values)


def _usage(record: _Object) -> Usage:
    for member in USAGE_SIZES:
        if record.has(member) and record.integer(member, _U64) % 1024:
            raise InvalidRecord(
                record.path(member), "is not a multiple of 1024: sizes are in bytes"
            )
    flags = record.child("vm_flags").content() if record.has("vm_flags") else None
    return Usage(
        **{member: record.integer(member, _U64) for member in USAGE_NUMBERS if record.has(member)},
        name=_name(record.child("name")) if record.has("name") else None,
        vm_flags=None if flags is None else VmFlags(flags),
        extra=tuple(
            ExtraField(extra.text("key").encode("utf-8", "surrogatepass"), extra.content())
            for extra in (record.children("extra") if record.has("extra") else ())
        ),
    )


_HEX = re.compile(r"0x(?:0|[1-9a-f][0-9a-f]*)")
_DECIMAL = re.compile(r"0|[1-9][0-9]*")


class _Object:
    """A JSON object and its path in the record, for error messages."""

    def __init__(self, data: object, path: str) -> None:
        if not isinstance(data, dict):
            raise InvalidRecord(path, f"is {_quoted(data)}; expected an object")
        self._data = cast("dict[str, object]", data)
        self._path = path

    def has(self, member: str) -> bool:
        return member in self._data

    def path(self, member: str) -> str:
        return _joined(self._path, member)

    def _get(self, member: str) -> object:
        if member not in self._data:
            raise InvalidRecord(self.path(member), "is missing")
        return self._data[member]

    def _unexpected(self, member: str, expected: str) -> InvalidRecord:
        value = _quoted(self._data[member])
        return InvalidRecord(self.path(member), f"is {value}; expected {expected}")

    def child(self, member: str) -> _Object:
        return _Object(self._get(member), self.path(member))

    def children(self, member: str) -> Iterator[_Object]:
        items = self._get(member)
        if not isinstance(items, list) or not items:
            raise self._unexpected(member, "a list of at least one object")
        for index, item in enumerate(cast("list[object]", items)):
            yield _Object(item, f"{self.path(member)}[{index}]")

    def text(self, member: str) -> str:
        value = self._get(member)
        if not isinstance(value, str):
            raise self._unexpected(member, "a string")
        return value

    def boolean(self, member: str) -> bool:
        value = self._get(member)
        if not isinstance(value, bool):
            raise self._unexpected(member, "true or false")
        return value

    def integer(self, member: str, maximum: int) -> int:
        value = self._get(member)
        if type(value) is not int or not 0 <= value <= maximum:
            raise self._unexpected(member, f"an integer from 0 to {maximum}")
        return value

    def hexadecimal(self, member: str) -> int:
        value = self._get(member)
        if isinstance(value, str) and _HEX.fullmatch(value) and len(value) <= len("0x") + 16:
            return int(value, 16)
        raise self._unexpected(
            member, "a string such as '0x7f00': lower case, no leading zeros, at most 16 digits"
        )

    def decimal(self, member: str) -> int:
        value = self._get(member)
        if isinstance(value, str) and _DECIMAL.fullmatch(value) and len(value) <= len(str(_U64)):
            number = int(value)
            if number <= _U64:
                return number
        raise self._unexpected(member, f"a string with a decimal number up to {_U64}")

    def content(self) -> bytes:
        text = self.text("base64")
        try:
            raw: bytes | None = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raw = None
        if raw is None or base64.b64encode(raw) != text.encode("ascii"):
            raise self._unexpected("base64", "base64 with padding (RFC 4648, section 4)")
        return raw


def _check_agreement(given: Json, written: Json, path: str) -> None:
    """Raise `InvalidRecord` unless everything in *given* is in *written*, its record as JSON."""
    if isinstance(given, dict) and isinstance(written, dict):
        for member, value in given.items():
            if member not in written:
                raise InvalidRecord(_joined(path, str(member)), "is not a member of this object")
            _check_agreement(value, written[member], _joined(path, member))
    elif isinstance(given, list) and isinstance(written, list) and len(given) == len(written):
        for index, (one, other) in enumerate(zip(given, written, strict=True)):
            _check_agreement(one, other, f"{path}[{index}]")
    elif type(given) is not type(written) or given != written:
        reason = f"is {_quoted(given)}, but the other members make it {_quoted(written)}"
        raise InvalidRecord(path, reason)


def _joined(path: str, member: str) -> str:
    return f"{path}.{member}" if path else member


_MAX_QUOTED = 60
"""Characters of a value that an error message quotes."""


def _quoted(value: object) -> str:
    """Return a JSON value for an error message; an object or list by its type only."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = repr(value)
    return text if len(text) <= _MAX_QUOTED else f"{text[:_MAX_QUOTED]}…"
