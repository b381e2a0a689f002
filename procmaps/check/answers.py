"""Read what an adapter printed: lenient in form, strict in meaning."""

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

AnswerMapping: TypeAlias = Mapping[str, Any]
"""One mapping of an answer: the members that the adapter printed, in one form.

``start end size offset inode``  int; str if the text is not a number
``perms kind``                   str
``device``                       (major, minor); str if the text is not a device
``name path label``              bytes
``deleted``                      bool
``usage``                        {key: int, bytes or tuple of bytes}
``keys``                         frozenset of bytes
"""


@attrs.frozen
class AdapterFault(ProcmapsError):
    """An adapter gave no answer of the protocol. This says nothing about its parser."""

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

    mappings: tuple[AnswerMapping, ...]


def read_answer(printed: bytes) -> Answer | Rejection:
    """Return the answer that an adapter printed on standard output. Raises `AdapterFault`."""
    if not printed.strip(b" \t\r\n"):
        raise AdapterFault("standard output is empty; print at least []")
    return interpret(parse_json(printed))


def interpret(data: object) -> Answer | Rejection:
    """Return the answer in *data*, as `json.loads` returns it. Raises `AdapterFault`.

    An adapter reports its own fault as ``{"adapter-fault": "why"}``.
    """
    if isinstance(data, dict):
        given = cast("dict[str, object]", data)
        if set(given) == {"rejected"}:
            return Rejection(str(given["rejected"]))
        if set(given) == {"adapter-fault"}:
            raise AdapterFault(f"the adapter reports a fault of its own: {given['adapter-fault']}")
        raise AdapterFault('expected an array (or {"rejected": "why"}), got an object')
    return parse_answer(data)


def parse_json(printed: bytes) -> object:
    """Return the JSON value in *printed*. Raises `AdapterFault`, which quotes the mistake."""
    # Adapters that write JSON by hand copy the bytes of names unchanged: tabs, invalid UTF-8.
    text = printed.decode("utf-8", "surrogateescape")
    try:
        return json.loads(text, strict=False)
    except json.JSONDecodeError as error:
        near = text[max(0, error.pos - _NEAR) : error.pos + _NEAR]
        near = near.encode("utf-8", "backslashreplace").decode()
        message = f"standard output is not JSON: {error}, near '{near}'"
        if text.lstrip().startswith(("[", "{")):
            message += "; escape backslashes and quotes in names"
        raise AdapterFault(message) from None
    except (ValueError, RecursionError) as error:
        raise AdapterFault(f"standard output is not JSON: {error}") from None


_NEAR = 20
"""Characters before and after a mistake that are quoted."""


def parse_answer(data: object) -> Answer:
    """Return the answer in *data*, as `json.loads` returns it; texts may also be ``bytes``.

    None is an empty array. Raises `AdapterFault`, which names the mapping and the member.
    """
    if data is None:
        # Go encodes an empty slice as null.
        return Answer(())
    if not isinstance(data, Sequence) or isinstance(data, str | bytes):
        raise AdapterFault(f"expected an array of objects, got {_describe(data)}")
    items = cast("Sequence[object]", data)
    return Answer(tuple(_mapping(item, f"[{index}]") for index, item in enumerate(items)))


def _mapping(item: object, where: str) -> AnswerMapping:
    if not isinstance(item, Mapping):
        raise AdapterFault(f"{where} is {_describe(item)}; expected an object")
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
        except _WrongType as error:
            raise AdapterFault(
                f"{where}.{member}{error.submember} is {_describe(error.value)}; "
                f"expected {error.expected}"
            ) from None
    return MappingProxyType(given)


class _WrongType(Exception):
    def __init__(self, value: object, expected: str, submember: str = "") -> None:
        super().__init__(value, expected, submember)
        self.value, self.expected, self.submember = value, expected, submember


_HEX = re.compile(r"(?:0[xX])?([0-9a-fA-F]+)")
_DECIMAL = re.compile(r"[0-9]+")


def _integer(value: object, expected: str) -> int:
    """Return a whole number: 4096, or 4096.0 as languages without integers print it."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise _WrongType(value, expected)
    return int(value)


# A string that is not a number is the parser's mistake: it is kept unchanged and equals nothing.
# Only a wrong JSON type is the adapter's mistake.


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
    expected = 'a string, {"base64": "…"}, or null'
    given = value
    if value is None:
        return b""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        # A lone surrogate that encodes no byte is kept as three bytes: wrong, but no crash.
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
                raise _WrongType(coded, "base64 of RFC 4648 with padding", ".base64") from None
    raise _WrongType(given, expected)


def _perms(value: object) -> str:
    if not isinstance(value, str):
        raise _WrongType(value, 'a string such as "rw-p"')
    return value


_DEVICE = re.compile(r"([0-9a-fA-F]+):([0-9a-fA-F]+)")


def _device(value: object) -> tuple[int, int] | str:
    expected = '"major:minor" in hexadecimal, or {"major": number, "minor": number}'
    given = value
    if isinstance(value, str):
        match = _DEVICE.fullmatch(value)
        return (int(match[1], 16), int(match[2], 16)) if match else value
    if isinstance(value, Mapping):
        halves = cast("Mapping[str, object]", value)
        if set(halves) == {"major", "minor"}:
            return _integer(halves["major"], expected), _integer(halves["minor"], expected)
    raise _WrongType(given, expected)


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise _WrongType(value, "true or false")
    return value


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise _WrongType(value, "a string")
    return value


def _words(value: object) -> tuple[bytes, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        raise _WrongType(value, "an array of strings")
    return tuple(_text(item) for item in cast("Sequence[object]", value))


def _usage(value: object) -> Mapping[bytes, object]:
    if not isinstance(value, Mapping):
        raise _WrongType(value, "an object of the fields by their keys")
    fields: dict[bytes, object] = {}
    for key, content in cast("Mapping[object, object]", value).items():
        if not isinstance(key, str | bytes):
            raise _WrongType(key, "a key that is a string")
        if content is not None:
            fields[_text(key)] = _field(content, f".{key!r}")
    return MappingProxyType(fields)


def _field(value: object, submember: str) -> int | bytes | tuple[bytes, ...]:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float | int):
        try:
            return _integer(value, "a whole number")
        except _WrongType as error:
            raise _WrongType(value, error.expected, submember) from None
    if isinstance(value, str | bytes):
        return _text(value)
    if isinstance(value, Sequence):
        return _words(cast("object", value))
    raise _WrongType(value, "a number, a string or an array of strings", submember)


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
"""Members for which ``null`` has a meaning: there is no such text."""

_LONGEST_QUOTE = 60


def _describe(value: object) -> str:
    """Return a short value as JSON, and the type of an object or array."""
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return "an array"
    text = json.dumps(value) if isinstance(value, str | int | float | None) else repr(value)
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"
