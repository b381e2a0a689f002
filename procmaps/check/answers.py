"""Reading what an adapter printed: lenient in form, strict in meaning (``docs/protocol.md``)."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias, cast

import attrs

from procmaps.errors import ProcmapsError

Got: TypeAlias = Mapping[str, Any]
"""One mapping of an answer: the members given, made uniform.

``start end size offset inode``  int; str where the text is no number
``perms kind``                   str
``device``                       (major, minor); str where the text is none
``name path label``              bytes
``deleted``                      bool
``usage``                        {key: int, bytes or tuple of bytes}
``keys``                         frozenset of bytes
"""


@attrs.frozen
class AdapterFault(ProcmapsError):
    """What an adapter gave is not an answer; that says nothing of the parser behind it."""

    reason: str

    def __str__(self) -> str:
        return f"not an answer of the adapter protocol: {self.reason}"


@attrs.frozen
class Rejection:
    """The parser refused the dump."""

    reason: str


@attrs.frozen
class Answer:
    """The mappings that a parser found, in its order."""

    mappings: tuple[Got, ...]


def read(printed: bytes) -> Answer | Rejection:
    """The answer that stands on an adapter's standard output. Raises `AdapterFault`."""
    if not printed.strip(b" \t\r\n"):
        raise AdapterFault("standard output is empty; print at least []")
    data = parse(printed)
    if isinstance(data, dict):
        given = cast("dict[str, object]", data)
        if set(given) == {"rejected"}:
            return Rejection(str(given["rejected"]))
        raise AdapterFault('an object where an array is due (or {"rejected": "why"})')
    return take(data)


def parse(printed: bytes) -> object:
    """The JSON value that *printed* is. Raises `AdapterFault`, which quotes what is none."""
    # Whoever writes JSON by hand copies a name's bytes as they are: UTF-8 or not, tabs and all.
    text = printed.decode("utf-8", "surrogateescape")
    try:
        return json.loads(text, strict=False)
    except json.JSONDecodeError as error:
        near = text[max(0, error.pos - _NEAR) : error.pos + _NEAR]
        near = near.encode("utf-8", "backslashreplace").decode()
        told = f"standard output is not JSON: {error}, near '{near}'"
        if text.lstrip().startswith(("[", "{")):
            told += "; a backslash or a quote in a name has to be escaped"
        raise AdapterFault(told) from None
    except (ValueError, RecursionError) as error:
        raise AdapterFault(f"standard output is not JSON: {error}") from None


_NEAR = 20
"""Characters on either side of a mistake that are quoted."""


def take(data: object) -> Answer:
    """An answer from values of Python: what `json.loads` gives, with ``bytes`` for texts too.

    None is an empty array.

    Raises `AdapterFault`, which names the mapping and the member.
    """
    if data is None:
        # An empty slice of Go, encoded.
        return Answer(())
    if not isinstance(data, Sequence) or isinstance(data, str | bytes):
        raise AdapterFault(f"{_told(data)} where an array of objects is due")
    items = cast("Sequence[object]", data)
    return Answer(tuple(_mapping(item, f"[{at}]") for at, item in enumerate(items)))


def _mapping(item: object, where: str) -> Got:
    if not isinstance(item, Mapping):
        raise AdapterFault(f"{where} is {_told(item)} where an object is due")
    given: dict[str, Any] = {}
    for member, value in cast("Mapping[object, object]", item).items():
        reader = _READERS.get(member) if isinstance(member, str) else None
        if reader is None:
            known = " ".join(_READERS)
            raise AdapterFault(f"{where} has the unknown member {member!r}; known are: {known}")
        if value is None and member not in _TEXTS:
            continue
        try:
            given[cast("str", member)] = reader(value)
        except _Unfit as unfit:
            place = f"{where}.{member}{unfit.usage_row}"
            raise AdapterFault(f"{place} is {_told(unfit.value)}; expected {unfit.due}") from None
    return MappingProxyType(given)


class _Unfit(Exception):
    def __init__(self, value: object, due: str, below: str = "") -> None:
        super().__init__(value, due, below)
        self.value, self.due, self.usage_row = value, due, below


_HEX = re.compile(r"(?:0[xX])?([0-9a-fA-F]+)")
_DECIMAL = re.compile(r"[0-9]+")


def _integer(value: object, due: str) -> int:
    """A number that is whole: 4096, and 4096.0 as languages without integers print it."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise _Unfit(value, due)
    return int(value)


# A string of the right type with nonsense in it is what the parser took for a number: it stays as
# it is, equal to nothing. Only a wrong type is the adapter's own.


def _address(value: object) -> int | str:
    if isinstance(value, str):
        match = _HEX.fullmatch(value)
        return int(match[1], 16) if match else value
    return _integer(value, "a number, or a string in hexadecimal")


def _number(value: object) -> int | str:
    if isinstance(value, str):
        return int(value) if _DECIMAL.fullmatch(value) else value
    return _integer(value, "a number, or a string in decimal")


def _text(value: object) -> bytes:
    due = 'a string, {"base64": "…"}, or null'
    whole = value
    if value is None:
        return b""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        # Any lone surrogate that stands for no byte is kept as three bytes: wrong, but no crash.
        try:
            return value.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            return value.encode("utf-8", "surrogatepass")
    if isinstance(value, Mapping):
        coded = cast("Mapping[str, object]", value).get("base64")
        if isinstance(coded, str):
            try:
                return base64.b64decode(coded, validate=True)
            except binascii.Error:
                raise _Unfit(coded, "base64 of RFC 4648 with padding", ".base64") from None
    raise _Unfit(whole, due)


def _perms(value: object) -> str:
    if not isinstance(value, str):
        raise _Unfit(value, 'a string such as "rw-p"')
    return value


_DEVICE = re.compile(r"([0-9a-fA-F]+):([0-9a-fA-F]+)")


def _device(value: object) -> tuple[int, int] | str:
    due = '"major:minor" in hexadecimal, or {"major": number, "minor": number}'
    whole = value
    if isinstance(value, str):
        match = _DEVICE.fullmatch(value)
        return (int(match[1], 16), int(match[2], 16)) if match else value
    if isinstance(value, Mapping):
        halves = cast("Mapping[str, object]", value)
        if set(halves) == {"major", "minor"}:
            return _integer(halves["major"], due), _integer(halves["minor"], due)
    raise _Unfit(whole, due)


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise _Unfit(value, "true or false")
    return value


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise _Unfit(value, "a string")
    return value


def _words(value: object) -> tuple[bytes, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        raise _Unfit(value, "an array of strings")
    return tuple(_text(item) for item in cast("Sequence[object]", value))


def _usage(value: object) -> Mapping[bytes, object]:
    if not isinstance(value, Mapping):
        raise _Unfit(value, "an object of the fields by their keys")
    fields: dict[bytes, object] = {}
    for key, content in cast("Mapping[object, object]", value).items():
        if not isinstance(key, str | bytes):
            raise _Unfit(key, "a key that is a string")
        if content is not None:
            fields[_text(key)] = _field(content, f".{key!r}")
    return MappingProxyType(fields)


def _field(value: object, below: str) -> int | bytes | tuple[bytes, ...]:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float | int):
        try:
            return _integer(value, "a whole number")
        except _Unfit as unfit:
            raise _Unfit(value, unfit.due, below) from None
    if isinstance(value, str | bytes):
        return _text(value)
    if isinstance(value, Sequence):
        return _words(cast("object", value))
    raise _Unfit(value, "a number, a string or an array of strings", below)


_READERS: dict[str, Callable[[object], Any]] = {
    "start": _address,
    "end": _address,
    "size": _number,
    "perms": _perms,
    "offset": _address,
    "device": _device,
    "inode": _number,
    "name": _text,
    "path": _text,
    "deleted": _boolean,
    "label": _text,
    "kind": _word,
    "usage": _usage,
    "keys": lambda value: frozenset(_words(value)),
}

MEMBERS = tuple(_READERS)
"""The members that an answer's object may have."""

_TEXTS = frozenset({"name", "path", "label"})
"""Those for which ``null`` says something: that there is no such text."""

_LONG = 60


def _told(value: object) -> str:
    """A value in a message: itself where it is short, else what it is."""
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return "an array"
    told = json.dumps(value) if isinstance(value, str | int | float | None) else repr(value)
    return told if len(told) <= _LONG else f"{told[:_LONG]}…"
