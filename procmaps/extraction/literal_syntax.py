"""The syntax of string literals that the layers for literals share."""

from __future__ import annotations

import re
from collections.abc import Iterator

QUOTES = (b'"', b"'", b"`")

LITERAL = re.compile(
    b"|".join(rb"%b((?:[^%b\\]|\\.)*+)(?:%b|\\?\Z)" % (quote, quote, quote) for quote in QUOTES),
    re.DOTALL,
)
"""A literal. It may be open at the end of the line, so that each quotation mark is passed once."""

CLOSED = re.compile(rb"[ \t\r]*(?:$|[,;:)\]}+\\.<>^&|])")
"""The text after a literal: the end of the line, or punctuation of a program or a message."""

MAX_DISTANCE = 4
"""Other lines between two literals of one dump, at most; comments for example."""

_BREAK = re.compile(rb"\\r\\n|\\.|<[bB][rR] ?/?>|&#10;|&#xA;")
"""A newline spelled out, or any other escape."""

_ESCAPE = re.compile(rb"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([^0-9]))")
_SIMPLE_ESCAPES = {b"t": b"\t", b"r": b"\r", b"n": rb"\n"}
_LEADING_ESCAPES = re.compile(rb"(?:\\[nrt]){1,16}$")


def body(literal: re.Match[bytes]) -> bytes:
    """Return the text between the quotation marks of a match of `LITERAL`, still escaped."""
    return literal[literal.lastindex or 0]


def opening_quote(text: bytes, mapping: int) -> int:
    """Return where the literal opens that begins with the mapping at *mapping*, or -1."""
    before = text[:mapping].rstrip(b" \t")
    before = _LEADING_ESCAPES.sub(b"", before)
    if before[-3:] in (b'"""', b"'''") or before[-1:] not in QUOTES:
        return -1
    index = len(before) - 1
    while index > 0 and before[index - 1] == ord("\\"):
        # This mark is itself inside a literal: JSON in JSON. The outer one comes first.
        index = before.rfind(before[index : index + 1], 0, index - 1)
    return index


def closing_quote(text: bytes, begin: int, quote: bytes) -> int:
    """Return where the literal closes, searched from *begin*; the end of *text* if it is open."""
    for mark in re.compile(rb"\\.|" + re.escape(quote)).finditer(text, begin):
        if mark[0] == quote and CLOSED.match(text, mark.end()):
            return mark.start()
    return len(text)


def split_lines(text: bytes) -> Iterator[bytes]:
    """Yield the lines in the body of a literal, still escaped."""
    begin = 0
    for escape in _BREAK.finditer(text):
        if not escape[0].startswith(b"\\") or escape[0].endswith(b"n"):
            yield text[begin : escape.start()]
            begin = escape.end()
    if begin < len(text):
        yield text[begin:]


def unescape(text: bytes) -> bytes:
    r"""Return *text* with its escapes resolved, except digits: the kernel prints ``\012``."""
    return _ESCAPE.sub(_character, text)


def _character(escape: re.Match[bytes]) -> bytes:
    if escape[1]:
        return chr(int(escape[1], 16)).encode("utf-8", "surrogatepass")
    if escape[2]:
        return bytes([int(escape[2], 16)])
    return _SIMPLE_ESCAPES.get(escape[3], escape[3])
