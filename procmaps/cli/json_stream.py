"""JSON that is written piece by piece: a long text is never held as JSON as a whole.

In addition to what the `json` module accepts, a value may be a `Pieces` in place of a string, an
`Items` in place of a list, and a `Later` in place of any value. The result is that of
``json.dumps(value, indent=2)``.
"""

from __future__ import annotations

import codecs
import json
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

PIECE = 3 * 1024
"""Bytes that are converted at once; a multiple of three, so that base64 needs no padding between
pieces. Few, because a byte that is no UTF-8 needs five characters of JSON, twice at once."""


class Pieces:
    """A string of JSON, made of bytes when it is written."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def __iter__(self) -> Iterator[str]:
        raise NotImplementedError

    def _parts(self) -> Iterator[memoryview]:
        view = memoryview(self._raw)
        return (view[at : at + PIECE] for at in range(0, len(view), PIECE))


class _Base64(Pieces):
    def __iter__(self) -> Iterator[str]:
        return (b64encode(part).decode("ascii") for part in self._parts())


class _Text(Pieces):
    """The same text as `procmaps.json_format.text_of`."""

    def __iter__(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
        for part in self._parts():
            yield decoder.decode(part)
        yield decoder.decode(b"", final=True)


class Items:
    """A list of JSON whose values are made one by one when it is written, once."""

    def __init__(self, values: Iterable[Streamed]) -> None:
        self.values = values


class Later:
    """A value of JSON that is made when what is before it has been written."""

    def __init__(self, make: Callable[[], Streamed]) -> None:
        self.make = make


Scalar: TypeAlias = "Pieces | str | int | bool | None"
Streamed: TypeAlias = "dict[str, Streamed] | list[Streamed] | Items | Later | Scalar"


def bytes_to_pieces(raw: bytes) -> dict[str, Streamed]:
    """Return what `procmaps.json_format.bytes_to_json` does, made when it is written."""
    return {"base64": _Base64(raw), "text": _Text(raw)}


def encode(value: Streamed, newline: str = "\n") -> Iterator[str]:
    """Yield the JSON of *value* in pieces; *newline* is a line end and the indent of *value*."""
    inner = newline + "  "
    if isinstance(value, Pieces):
        yield '"'
        for piece in value:
            yield json.dumps(piece)[1:-1]
        yield '"'
    elif isinstance(value, dict):
        before = "{" + inner
        for key, member in value.items():
            yield f"{before}{json.dumps(key)}: "
            yield from encode(member, inner)
            before = "," + inner
        yield newline + "}" if value else "{}"
    elif isinstance(value, list | Items):
        before = "[" + inner
        for member in value if isinstance(value, list) else value.values:
            yield before
            yield from encode(member, inner)
            before = "," + inner
        yield "[]" if before[0] == "[" else newline + "]"
    elif isinstance(value, Later):
        yield from encode(value.make(), newline)
    else:
        yield json.dumps(value)
