"""Dumps inside the string literals of a program, of JSON, or in quotation marks of a message."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from procmaps.extraction import patterns
from procmaps.extraction.source_lines import Piece

_NEWLINE = re.compile(rb"(?:\\r)?\\n|<[bB][rR] ?/?>|&#10;|&#xA;")
"""A newline spelled out."""

_SPELLED_BEFORE = re.compile(rb"(?:\\r)?\\n[ \t]*\Z")

_BREAK = re.compile(rb"\\r\\n|\\.|<[bB][rR] ?/?>|&#10;|&#xA;")
"""The same, beside every other escape."""

QUOTES = (b'"', b"'", b"`")

LITERAL = re.compile(
    b"|".join(rb"%b((?:[^%b\\]|\\.)*+)(?:%b|\\?\Z)" % (quote, quote, quote) for quote in QUOTES),
    re.DOTALL,
)
"""A literal; at the end of the line it may be open, so that every quotation mark is passed once."""

_ONLY_ESCAPES = re.compile(rb"(?:[^\\]|\\(?:[\\\"'/nrt]|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}))*+")
"""A text in which every backslash begins an escape of a program, as in no plain message."""

_LEADING_ESCAPES = re.compile(rb"(?:\\[nrt]){1,16}$")

CLOSED = re.compile(rb"[ \t\r]*(?:$|[,;:)\]}+\\.<>^&|])")
"""What follows a literal: the end of the line, or the punctuation of a program or a message."""

_SIMPLE = {b"t": b"\t", b"r": b"\r", b"n": rb"\n"}
_ESCAPE = re.compile(rb"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([^0-9]))")

REACH = 4
"""Lines of something else between literals that belong together: a comment may stand there."""

DEPTH = 3
"""Literals inside literals that are taken apart: JSON in JSON in a log."""


def take_apart(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The pieces with the lines inside of literals as pieces of their own.

    A field of smaps in a literal counts below a mapping in one, and nowhere else.
    """
    reach = 0
    for piece in pieces:
        if first(piece.text):
            parts = [*_apart(piece, DEPTH)]
            is_quoted = any(done.what == "string" for part in parts for done in part.undone)
            reach = REACH if is_quoted else 0
            yield from parts
        elif reach and (fields := [*_fields(piece)]):
            reach = REACH
            yield from fields
        else:
            reach = max(0, reach - 1)
            yield piece


def _fields(piece: Piece) -> Iterator[Piece]:
    """The lines of smaps in the literals of a line without a mapping."""
    for found in LITERAL.finditer(piece.text):
        body = found[found.lastindex or 0]
        lines = [(line, unescaped(line)) for line in split_lines(body)]
        if not all(patterns.key(plain, is_first=False) for _, plain in lines):
            continue
        for line, plain in lines:
            part = piece.changed(plain, "string", piece.text[: found.start() + 1])
            yield part.noted("escape", line) if plain != line else part


def _apart(piece: Piece, depth: int) -> Iterator[Piece]:
    """*piece* as the lines that it holds, literal by literal."""
    text = piece.text
    found = first(text) if depth else None
    if not found:
        yield piece
        return
    opened = opening(text, found.start())
    if opened < 0:
        opened = _enclosing(text, found.start())
    if opened < 0:
        if _spells_lines(text, found.start()):
            yield from _split_spelled(piece, depth)
        else:
            yield piece
        return
    end = closing(text, found.start(), text[opened : opened + 1])
    body, rest = text[opened + 1 : end], text[end + 1 :]
    if not _NEWLINE.search(body) and not first(rest):
        yield _unquoted(piece, opened, end)
        return
    before = text[: opened + 1]
    others = (other[other.lastindex or 0] for other in LITERAL.finditer(rest))
    for literal in (body, *filter(_is_of_a_dump, others)):
        for line in split_lines(literal):
            plain = unescaped(line)
            part = piece.changed(plain, "string", before)
            yield from _apart(part.noted("escape", line) if plain != line else part, depth - 1)


def _is_of_a_dump(literal: bytes) -> bool:
    """Whether a literal beside one with a mapping belongs to the dump, too."""
    return bool(first(literal) or patterns.key(literal.rstrip(b" \\nr"), is_first=False))


def _unquoted(piece: Piece, opened: int, end: int) -> Piece:
    """A mapping alone in its quotation marks: in a message as it is, in a list perhaps escaped."""
    text = piece.text
    if end == len(text):
        # An apostrophe before it, or the first of several lines: see `blocks`.
        return piece
    quote, rest = text[opened : opened + 1], text[end:]
    body = text[opened + 1 : end]
    if b"\\" in body and _ONLY_ESCAPES.fullmatch(body):
        piece = piece.noted("escape", body)
        body = unescaped(body)
    bare = text[:opened] + b" " + body
    return piece.changed(bare, "string", quote).noted("suffix", rest)


def _spells_lines(text: bytes, at: int) -> bool:
    """Whether a newline spelled out behind *at* has a mapping behind it."""
    for spelled in _NEWLINE.finditer(text, at):
        if first(text[spelled.end() : spelled.end() + _WINDOW]):
            return True
    return False


_WINDOW = 256
"""Bytes behind a newline spelled out that are searched for the beginning of a mapping."""


@functools.lru_cache(8)
def first(text: bytes) -> re.Match[bytes] | None:
    """The first mapping in *text*, of whatever format, be its numbers possible or not."""
    if not patterns.DASH.search(text):
        return None
    hits = (form.line.search(text) for form in patterns.formats())
    return min((hit for hit in hits if hit), key=lambda hit: hit.start(), default=None)


def opening(text: bytes, at: int) -> int:
    """Where the literal opens that the mapping at *at* begins; -1 where it does not begin one."""
    before = text[:at].rstrip(b" \t")
    before = _LEADING_ESCAPES.sub(b"", before)
    if before[-3:] in (b'"""', b"'''") or before[-1:] not in QUOTES:
        return -1
    at = len(before) - 1
    while at > 0 and before[at - 1] == ord("\\"):
        # This mark is itself inside a literal: JSON in JSON. The outer one comes first.
        at = before.rfind(before[at : at + 1], 0, at - 1)
    return at


def _enclosing(text: bytes, at: int) -> int:
    """Where the literal opens in which the mapping at *at* begins a later line; -1: in none."""
    if _SPELLED_BEFORE.search(text, max(0, at - _WINDOW), at):
        for literal in LITERAL.finditer(text):
            if literal.start() < at < literal.end():
                return literal.start()
    return -1


def closing(text: bytes, at: int, quote: bytes) -> int:
    """Where the literal closes; the end of the line where it does not."""
    for mark in re.compile(rb"\\.|" + re.escape(quote)).finditer(text, at):
        if mark[0] == quote and CLOSED.match(text, mark.end()):
            return mark.start()
    return len(text)


def split_lines(body: bytes) -> Iterator[bytes]:
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


def unescaped(text: bytes) -> bytes:
    r"""*text* with its escapes resolved, but for those of digits: the kernel writes ``\012``."""
    return _ESCAPE.sub(_character, text)


def _character(escape: re.Match[bytes]) -> bytes:
    if escape[1]:
        return chr(int(escape[1], 16)).encode("utf-8", "surrogatepass")
    if escape[2]:
        return bytes([int(escape[2], 16)])
    return _SIMPLE.get(escape[3], escape[3])
