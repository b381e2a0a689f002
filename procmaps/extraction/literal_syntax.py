"""The syntax of string literals that the layers for literals share."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from procmaps.extraction.substitution import substituted

QUOTES = (b'"', b"'", b"`")

LITERAL = re.compile(
    b"|".join(rb"%b((?:[^%b\\]|\\.)*+)(?:%b|\\?\Z)" % (quote, quote, quote) for quote in QUOTES),
    re.DOTALL,
)
"""A literal. It may be open at the end of the line, so that each quotation mark is passed once."""

CLOSED = re.compile(rb"[ \t\r]*(?:$|[,;:)\]}+\\.<>^&|])")
"""The text after a literal: the end of the line, or punctuation of a program or a message."""

_NEXT = re.compile(rb"[ \t]*(?:u8|[bBLuU])?[\"'`]")
"""The next literal on the same line, if a compiler joins the two."""

MAX_DISTANCE = 4
"""Other lines between two literals of one dump, at most; comments for example."""

_BREAK = re.compile(rb"\\r\\n|\\u000[aA]|\\x0[aA]|\\.|<[bB][rR] ?/?>|&#10;|&#xA;")
"""A newline spelled out, or any other escape."""

_OTHER_ESCAPE = re.compile(rb"\\[^n]", re.DOTALL)

ESCAPE = re.compile(rb"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([^0-9]))")
"""An escape, except digits: the kernel prints ``\\012``."""

_SIMPLE_ESCAPES = {b"t": b"\t", b"r": b"\r", b"n": rb"\n"}
_ENDS_OF_LINES = (0, ord("\n"))
"""Characters that no line has, so that they stay escaped."""

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
    for mark in _escape_or(quote).finditer(text, begin):
        if mark[0] == quote and (
            CLOSED.match(text, mark.end())
            or (text.endswith(b"\\n", begin, mark.start()) and _NEXT.match(text, mark.end()))
        ):
            return mark.start()
    return len(text)


@functools.lru_cache(64)
def _escape_or(mark: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"\\.|" + re.escape(mark))


def split_lines(text: bytes) -> Iterator[bytes]:
    """Yield the lines in the body of a literal, still escaped."""
    for begin, end in line_slices(text, 0, len(text)):
        yield text[begin:end]


def line_slices(text: bytes, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield begin and end of each line in the body of a literal from *begin* to *end*."""
    for escape in _BREAK.finditer(text, begin, end):
        if not _OTHER_ESCAPE.fullmatch(escape[0]):
            yield begin, escape.start()
            begin = escape.end()
    if begin < end:
        yield begin, end


def unescape(text: bytes) -> bytes:
    r"""Return *text* with its escapes resolved, except digits: the kernel prints ``\012``."""
    return substituted(ESCAPE, resolved, text)


def resolved(escape: re.Match[bytes]) -> bytes:
    """Return the bytes that a match of `ESCAPE` spells."""
    code = escape[1] or escape[2]
    if code and int(code, 16) in _ENDS_OF_LINES:
        return rb"\n" if int(code, 16) else escape[0]
    if escape[1]:
        return chr(int(escape[1], 16)).encode("utf-8", "surrogatepass")
    if escape[2]:
        return bytes([int(escape[2], 16)])
    return _SIMPLE_ESCAPES.get(escape[3], escape[3])
