r"""Records as JSON and back: one form for every tool, described in ``docs/json.md``.

The shape is also given as a JSON Schema, ``corpus/schema/record.schema.json``, for consumers that
are not Python. Three rules decide it:

* JSON has no bytes, so every text of the kernel's is an object with ``base64``, the truth, and
  ``text``, for reading only;
* a consumer may keep numbers in a double (JavaScript, jq), so what can need 64 bits is a string,
  and each member has one type always. Sizes are numbers: being multiples of 1024, they are exact
  in a double up to 2\ :sup:`63` bytes, and they want to be summed;
* what was not printed has no member. There is no ``null``.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any, TypeAlias, cast

import attrs

from procmaps.errors import ParseError, ProcmapsError
from procmaps.formats.smaps_fields import FIELDS
from procmaps.formats.vm_flags import VmFlags
from procmaps.records import names
from procmaps.records.device import Device
from procmaps.records.mapping import Mapping
from procmaps.records.perms import Perms
from procmaps.records.usage import ExtraField, Usage
from procmaps.snapshots.snapshot import Problem, Snapshot

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | bool | None"
JsonObject: TypeAlias = dict[str, Json]

VERSION = 1
"""The number of this form, in every snapshot; a change that breaks a reader raises it."""

SCHEMA = "corpus/schema/record.schema.json"
"""The JSON Schema, for `procmaps._resources.read`."""

_U64 = 2**64 - 1
_U32 = 2**32 - 1

USAGE_NUMBERS = tuple(
    field.name for field in attrs.fields(Usage) if field.name not in ("name", "vm_flags", "extra")
)
"""The attributes of `Usage` that are numbers: members of the same names."""

USAGE_SIZES = tuple(field.attribute for field in FIELDS.values() if field.unit == "kB")
"""Those of them that are sizes in bytes, printed in units of 1024."""


@attrs.frozen
class InvalidRecord(ProcmapsError, ValueError):
    """JSON that is not a record: which member, and why."""

    where: str
    """The way to the member from the record: ``name.label.base64``; empty for the record."""
    reason: str

    def __str__(self) -> str:
        return f"not a record of procmaps: {self.where or 'the record'} {self.reason}"


# --- writing --------------------------------------------------------------------------------------


def text_of(raw: bytes) -> str:
    r"""*raw* for people: as UTF-8, with ``\xNN`` for each byte that is none."""
    return raw.decode("utf-8", "backslashreplace")


def bytes_to_json(raw: bytes) -> JsonObject:
    """Bytes: ``base64`` (RFC 4648 with padding) is the truth, ``text`` is `text_of` them."""
    return {"base64": base64.b64encode(raw).decode("ascii"), "text": text_of(raw)}


def to_json(mapping: Mapping) -> JsonObject:
    """One record, in the form of ``docs/json.md``. `from_json` is its exact inverse."""
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


def name_to_json(name: names.Name) -> JsonObject:
    """A name column: its bytes, its ``kind``, and what the kind adds."""
    record: JsonObject = {"kind": name.kind, **bytes_to_json(name.raw)}
    match name:
        case names.ThreadStack(tid=tid):
            record["tid"] = tid
        case names.SysV(key=key):
            record["key"] = key
        case names.Socket(number=number):
            record["number"] = str(number)
        case names.FilePath(path=path):
            record["path"] = bytes_to_json(path)
        case _:
            pass
    if (label := names.label_of(name)) is not None:
        record["label"] = bytes_to_json(label)
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
    """A whole text: its kind, its dialect with the reason, its mappings, its problems."""
    return {
        **head_to_json(snapshot),
        "mappings": [to_json(mapping) for mapping in snapshot],
        "problems": [problem_to_json(problem) for problem in snapshot.problems],
    }


def head_to_json(snapshot: Snapshot) -> JsonObject:
    """What `snapshot_to_json` says before the mappings."""
    return {
        "version": VERSION,
        "kind": snapshot.kind,
        "dialect": {"name": snapshot.dialect.name, "reason": snapshot.dialect.reason},
    }


def problem_to_json(problem: Problem) -> JsonObject:
    """A problem; ``error`` is there where a line could not be parsed."""
    record: JsonObject = {
        "kind": problem.kind,
        "line": problem.line,
        "raw": bytes_to_json(problem.raw),
        "message": problem.message,
    }
    if problem.error is not None:
        record["error"] = error_to_json(problem.error)
    return record


def error_to_json(error: ParseError) -> JsonObject:
    """Why a line could not be parsed, and where: lines and columns from 1, bytes from 0."""
    return {
        "reason": error.reason,
        "line": error.line,
        "column": error.column,
        "offset": error.offset,
        "field": error.field,
        "hint": error.hint,
        "source": bytes_to_json(error.source),
    }


# --- reading --------------------------------------------------------------------------------------


def from_json(data: object) -> Mapping:
    """The record that *data*, as `json.loads` gives it, describes.

    The members that only repeat others for comfort (``size``, every ``text``, ``path``,
    ``deleted``, ``flags``) may be left out; where they stand they must agree with the others.

    Raises `InvalidRecord` for anything that `to_json` would not have written so.
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
        raise InvalidRecord("end", "is below the start")
    _agree(cast("Json", data), to_json(mapping), "")
    return mapping


def _perms(record: _Object) -> Perms:
    text = record.text("perms")
    try:
        return Perms.from_text(text)
    except ValueError:
        reason = f"is {text!r}, which no producer prints"
        raise InvalidRecord("perms", reason) from None


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
"""The kinds that have a class of their own; the rest are fixed names of the kernel's."""


def _name(record: _Object) -> names.Name:
    kind, raw = record.text("kind"), record.content()
    cls = _KINDS.get(kind)
    if cls is None:
        # Only what stands for a file says whether its path is escaped.
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
            raise InvalidRecord(record.place(member), "is no multiple of 1024: sizes are bytes")
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
    """A JSON object, with the way to it, for errors that say where."""

    def __init__(self, data: object, where: str) -> None:
        if not isinstance(data, dict):
            raise InvalidRecord(where, f"is {_told(data)} where an object is due")
        self._data = cast("dict[str, object]", data)
        self._where = where

    def has(self, member: str) -> bool:
        return member in self._data

    def place(self, member: str) -> str:
        return f"{self._where}.{member}" if self._where else member

    def _get(self, member: str) -> object:
        if member not in self._data:
            raise InvalidRecord(self.place(member), "is missing")
        return self._data[member]

    def _wrong(self, member: str, due: str) -> InvalidRecord:
        told = _told(self._data[member])
        return InvalidRecord(self.place(member), f"is {told} where {due} is due")

    def child(self, member: str) -> _Object:
        return _Object(self._get(member), self.place(member))

    def children(self, member: str) -> Iterator[_Object]:
        items = self._get(member)
        if not isinstance(items, list) or not items:
            raise self._wrong(member, "a list of at least one object")
        for place, item in enumerate(cast("list[object]", items)):
            yield _Object(item, f"{self.place(member)}[{place}]")

    def text(self, member: str) -> str:
        value = self._get(member)
        if not isinstance(value, str):
            raise self._wrong(member, "a string")
        return value

    def boolean(self, member: str) -> bool:
        value = self._get(member)
        if not isinstance(value, bool):
            raise self._wrong(member, "true or false")
        return value

    def integer(self, member: str, most: int) -> int:
        value = self._get(member)
        if type(value) is not int or not 0 <= value <= most:
            raise self._wrong(member, f"an integer from 0 to {most}")
        return value

    def hexadecimal(self, member: str) -> int:
        value = self._get(member)
        if isinstance(value, str) and _HEX.fullmatch(value) and len(value) <= len("0x") + 16:
            return int(value, 16)
        raise self._wrong(member, "a string such as '0x7f00', at most 16 digits in lower case")

    def decimal(self, member: str) -> int:
        value = self._get(member)
        if isinstance(value, str) and _DECIMAL.fullmatch(value) and len(value) <= len(str(_U64)):
            number = int(value)
            if number <= _U64:
                return number
        raise self._wrong(member, f"a string with a decimal number up to {_U64}")

    def content(self) -> bytes:
        text = self.text("base64")
        try:
            raw: bytes | None = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raw = None
        if raw is None or base64.b64encode(raw) != text.encode("ascii"):
            raise self._wrong("base64", "base64 with padding (RFC 4648, section 4)")
        return raw


def _agree(given: Json, made: Json, where: str) -> None:
    """Raise unless everything in *given* stands in *made* too, which was written from it."""
    if isinstance(given, dict) and isinstance(made, dict):
        for member, value in given.items():
            place = f"{where}.{member}" if where else str(member)
            if member not in made:
                raise InvalidRecord(place, "is no member of this object")
            _agree(value, made[member], place)
    elif isinstance(given, list) and isinstance(made, list) and len(given) == len(made):
        for at, (one, other) in enumerate(zip(given, made, strict=True)):
            _agree(one, other, f"{where}[{at}]")
    elif type(given) is not type(made) or given != made:
        reason = f"is {_told(given)}, and the rest of the record makes it {_told(made)}"
        raise InvalidRecord(where, reason)


_LONG = 60
"""Characters of a value that an error message quotes."""


def _told(value: object) -> str:
    """A JSON value in an error message: itself where it is short, else what it is."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    told = repr(value)
    return told if len(told) <= _LONG else f"{told[:_LONG]}…"
