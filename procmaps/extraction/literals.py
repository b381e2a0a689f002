"""Dumps inside the string literals of a program, of JSON, or in quotation marks of a message."""

from __future__ import annotations

import re
from collections.abc import Iterator

from procmaps.extraction import syntax
from procmaps.extraction.pieces import Piece

_NEWLINE = re.compile(rb"(?:\\r)?\\n|<[bB][rR] ?/?>|&#10;|&#xA;")
"""A newline spelled out."""

_BREAK = re.compile(rb"\\r\\n|\\.|<[bB][rR] ?/?>|&#10;|&#xA;")
"""The same, beside every other escape."""

_LITERAL = re.compile(
    rb'"((?:[^"\\]|\\.)*+)(?:"|\\?\Z)' + rb"|'((?:[^'\\]|\\.)*+)(?:'|\\?\Z)", re.DOTALL
)
"""A literal; at the end of the line it may be open, so that every quotation mark is passed once."""

_ONLY_ESCAPES = re.compile(rb"(?:[^\\]|\\(?:[\\\"'/nrt]|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}))*+")
"""A text in which every backslash begins an escape of a program, as in no plain message."""

_LEADING_ESCAPES = re.compile(rb"(?:\\[nrt]){1,16}$")

_CLOSED = re.compile(rb"[ \t\r]*(?:$|[,;:)\]}+\\.])")
"""What follows a literal: the end of the line, or the punctuation of a program or a message."""

_SIMPLE = {b"t": b"\t", b"r": b"\r", b"n": rb"\n"}
_ESCAPE = re.compile(rb"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([^0-9]))")

DEPTH = 3
"""Literals inside literals that are taken apart: JSON in JSON in a log."""

_MULTILINE = re.compile(rb"(?:(\"\"\"|''')|R\"([^ ()\\\t]{0,16})\()\\?[ \t\r]*\Z")
"""A literal over several lines is opened: in Python, or a raw one in C++."""


def take_apart(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The pieces with the lines inside of literals as pieces of their own."""
    for piece in pieces:
        yield from _apart(piece, DEPTH)


def _apart(piece: Piece, depth: int) -> Iterator[Piece]:
    """*piece* as the lines that it holds, literal by literal."""
    text = piece.text
    found = _first(text) if depth else None
    if not found:
        yield piece
        return
    opening = _opening(text, found.start())
    if opening < 0:
        if _spells_lines(text, found.start()):
            yield from _split_spelled(piece, depth)
        else:
            yield piece
        return
    quote = text[opening : opening + 1]
    closing = _closing(text, found.start(), quote)
    body, rest = text[opening + 1 : closing], text[closing + 1 :]
    if not _NEWLINE.search(body) and not _first(rest):
        yield _unquoted(piece, opening, closing)
        return
    opened = text[: opening + 1]
    others = (other[1] or other[2] or b"" for other in _LITERAL.finditer(rest))
    for literal in (body, *filter(_is_of_a_dump, others)):
        for line in _lines(literal):
            plain = _unescaped(line)
            part = piece.changed(plain, "string", opened)
            yield from _apart(part.noted("escape", line) if plain != line else part, depth - 1)


def _is_of_a_dump(literal: bytes) -> bool:
    """Whether a literal beside one with a mapping belongs to the dump, too."""
    return bool(_first(literal) or syntax.known_field().search(literal.rstrip(b" \\nr")))


def _unquoted(piece: Piece, opening: int, closing: int) -> Piece:
    """A mapping alone in its quotation marks: in a message as it is, in a list perhaps escaped."""
    text = piece.text
    if closing == len(text):
        # An apostrophe before it, or a literal over several lines: see `closer`.
        return piece
    quote, rest = text[opening : opening + 1], text[closing:]
    body = text[opening + 1 : closing]
    if b"\\" in body and _ONLY_ESCAPES.fullmatch(body):
        piece = piece.noted("escape", body)
        body = _unescaped(body)
    bare = text[:opening] + b" " + body
    return piece.changed(bare, "string", quote).noted("suffix", rest)


def _spells_lines(text: bytes, at: int) -> bool:
    """Whether a newline spelled out behind *at* has a mapping behind it."""
    for spelled in _NEWLINE.finditer(text, at):
        if _first(text[spelled.end() : spelled.end() + _WINDOW]):
            return True
    return False


_WINDOW = 256
"""Bytes behind a newline spelled out that are searched for the beginning of a mapping."""


def _first(text: bytes) -> re.Match[bytes] | None:
    if b"-" not in text:
        return None
    hits = (form.line.search(text) for form in syntax.formats())
    return min((hit for hit in hits if hit), key=lambda hit: hit.start(), default=None)


def _opening(text: bytes, at: int) -> int:
    """Where the literal opens that the mapping at *at* begins; -1 where it does not begin one."""
    before = text[:at].rstrip(b" \t")
    before = _LEADING_ESCAPES.sub(b"", before)
    if before[-3:] in (b'"""', b"'''") or before[-1:] not in (b'"', b"'", b"`"):
        return -1
    opening = len(before) - 1
    while opening > 0 and before[opening - 1] == ord("\\"):
        # This mark is itself inside a literal: JSON in JSON. The outer one comes first.
        opening = before.rfind(before[opening : opening + 1], 0, opening - 1)
    return opening


def _closing(text: bytes, at: int, quote: bytes) -> int:
    """Where the literal closes; the end of the line where it does not."""
    for mark in re.compile(rb"\\.|" + re.escape(quote)).finditer(text, at):
        if mark[0] == quote and _CLOSED.match(text, mark.end()):
            return mark.start()
    return len(text)


def _lines(body: bytes) -> Iterator[bytes]:
    """The lines of a literal's body, still escaped."""
    at = 0
    for escape in _BREAK.finditer(body):
        if not escape[0].startswith(b"\\") or escape[0].endswith(b"n"):
            yield body[at : escape.start()]
            at = escape.end()
    if at < len(body):
        yield body[at:]


def _split_spelled(piece: Piece, depth: int) -> Iterator[Piece]:
    """The lines of a text in which newlines are spelled out, without quotation marks."""
    at = 0
    for spelled in _NEWLINE.finditer(piece.text):
        line = Piece(piece.text[at : spelled.start()], piece.lines, piece.undone, piece.raws)
        yield from _apart(line.noted("escape", spelled[0]), depth - 1)
        at = spelled.end()
    yield from _apart(Piece(piece.text[at:], piece.lines, piece.undone, piece.raws), depth - 1)


def _unescaped(text: bytes) -> bytes:
    return _ESCAPE.sub(_character, text)


def _character(escape: re.Match[bytes]) -> bytes:
    if escape[1]:
        return chr(int(escape[1], 16)).encode("utf-8", "surrogatepass")
    if escape[2]:
        return bytes([int(escape[2], 16)])
    return _SIMPLE.get(escape[3], escape[3])


def closer(before: bytes) -> bytes:
    """What closes the literal over several lines that *before* opens at its end; else empty."""
    opened = _MULTILINE.search(before)
    if not opened:
        return b""
    return opened[1] or b")" + opened[2] + b'"'


def simple_closer(prefix: bytes) -> bytes:
    """The mark that closes a literal opened directly before a mapping, as shells and scripts do."""
    bare = prefix.rstrip(b" \t")
    return bare[-1:] if bare.endswith((b'"', b"'", b"`")) else b""


def is_over(rest: bytes) -> bool:
    """Whether *rest*, behind a closing mark, ends a statement and nothing else."""
    return not rest.strip(b" \t;,)]}")
