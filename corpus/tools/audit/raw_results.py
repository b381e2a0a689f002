"""What an ``audit.*`` prints: one line for each mapping, ``member=HEX member=HEX …``.

HEX are the bytes of the value's text in hexadecimal digits, so that no value can be mistaken for
another member or line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, cast

import attrs

from procmaps.check.answers import AnswerMapping
from procmaps.errors import ProcmapsError
from procmaps.printable import escape_bytes

_RIGHTS: Final = {"read": (0, "r"), "write": (1, "w"), "execute": (2, "x")}
_SHARING: Final = {"shared": "s", "private": "p"}
_ADDRESSES: Final = frozenset({"start", "end", "offset"})
_NAMES: Final = frozenset({"name", "path", "label"})
_TEXTS: Final = frozenset({"name", "path", "label", "kind", "perms"})


@attrs.frozen
class InvalidRaw(ProcmapsError):
    """The output of an audit program is not in its form."""

    line: str

    def __str__(self) -> str:
        return f"the audit program printed {self.line!r}: expected member=HEX, spaces between them"


def read_raw(printed: bytes) -> list[dict[str, bytes]]:
    """Return the members of each mapping as their texts. Raises `InvalidRaw`."""
    return [_read_line(line) for line in printed.split(b"\n") if line.strip(b" ")]


def _read_line(line: bytes) -> dict[str, bytes]:
    members: dict[str, bytes] = {}
    for word in line.split(b" "):
        if word:
            member, found, digits = word.partition(b"=")
            try:
                members[member.decode("ascii")] = bytes.fromhex(digits.decode("ascii"))
            except ValueError:
                found = b""
            if not found:
                raise InvalidRaw(escape_bytes(line))
    return members


def differences(raw: Mapping[str, bytes], answer: AnswerMapping) -> Iterator[str]:
    """Yield each member in which the adapter's *answer* is not what the parser returned."""
    said = _flat(answer)
    for member, text in raw.items():
        for name, found in _comparable(member, text, said):
            if name not in said and not text and member not in _NAMES:
                continue  # no value, so the adapter has no member
            if name not in said or said[name] != found:
                heard = _show(said[name]) if name in said else "nothing"
                yield f"{name}: the parser returned {_show(found)}, the adapter said {heard}"
    unheard = said.keys() - {name for member in raw for name in _names_of(member)}
    for name in sorted(unheard):
        yield f"{name}: the adapter said {_show(said[name])}, the audit program nothing"


def _flat(answer: AnswerMapping) -> dict[str, object]:
    """Return the answer with one entry for each member that an audit program can print."""
    flat: dict[str, object] = {}
    for member, value in answer.items():
        if member == "usage":
            flat |= {f"usage.{escape_bytes(key)}": _number_or_text(v) for key, v in value.items()}
        else:
            flat[member] = value.encode("latin-1") if isinstance(value, str) else value
    return flat


def _names_of(member: str) -> tuple[str, ...]:
    """Return the member of an answer that a word of an audit program is about."""
    if member in _RIGHTS or member in _SHARING:
        return ("perms",)
    return ("device",) if member in ("major", "minor") else (member,)


def _comparable(
    member: str, text: bytes, said: Mapping[str, object]
) -> Iterator[tuple[str, object]]:
    """Yield the answer's member and what it must be."""
    if member in _RIGHTS or member in _SHARING:
        yield "perms", _with_right(member, text, said.get("perms"))
    elif member in ("major", "minor"):
        yield "device", _with_half(member, int(text), said.get("device"))
    elif member == "device":
        yield "device", _device(text)
    elif member in _ADDRESSES:
        yield member, _address(text)
    elif member in _TEXTS:
        yield member, text
    else:
        yield member, _number_or_text(text)


def _device(text: bytes) -> object:
    try:
        major, minor = (int(half, 16) for half in text.split(b":"))
    except ValueError:
        return text
    return major, minor


def _address(text: bytes) -> object:
    try:
        return int(text, 16)
    except ValueError:
        return text


def _with_right(member: str, text: bytes, said: object) -> object:
    """Return *said* if one permission of it agrees with the parser's flag, else what would."""
    given = text.lower() == b"true"
    perms = said.decode("latin-1") if isinstance(said, bytes) else ""
    if member in _RIGHTS:
        at, letter = _RIGHTS[member]
    else:
        at, letter = len(_RIGHTS), _SHARING[member]
    agrees = (perms[at : at + 1] == letter) == given
    return said if agrees else f"{member} {given}".encode()


def _with_half(member: str, number: int, said: object) -> object:
    """Return *said* if one half of the device agrees, else what would."""
    at = ("major", "minor").index(member)
    halves = cast("tuple[int, int]", said) if isinstance(said, tuple) else (-1, -1)
    return halves if halves[at] == number else f"{member} {number}".encode()


def _number_or_text(value: object) -> object:
    if isinstance(value, bytes):
        return int(value) if value.isdigit() else value
    return value


def _show(value: object) -> str:
    if isinstance(value, bytes):
        return f"'{escape_bytes(value)}'"
    return hex(value) if isinstance(value, int) else str(value)
