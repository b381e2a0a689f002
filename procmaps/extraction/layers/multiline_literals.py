"""Dumps inside a literal that runs over several lines of a program, a script or a page.

Either the lines stand in it as they are, between marks of some kind, or a backslash at the end of
each goes on with the literal on the next one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import attrs

from procmaps.extraction import patterns
from procmaps.extraction.layers.string_literals import (
    CLOSED,
    QUOTES,
    REACH,
    closing,
    first,
    opening,
    split_lines,
    unescaped,
)
from procmaps.extraction.source_lines import Piece

_RAW = re.compile(
    rb"""(?:
      (?P<same>\"\"\"|\'\'\'|```+(?=[a-z]{0,16}))    # Python, Java, Kotlin, Swift, C#; Markdown
    | [rR]"(?P<cpp>[^ ()\\\t]{0,16})\(
    | (?<![A-Za-z0-9_])[bc]?r(?P<rust>\#{0,16})"
    | \[(?P<lua>={0,8})\[
    | \{(?P<ocaml>[a-z_]{0,16})\|
    | \$(?P<sql>[A-Za-z_]{0,16})\$
    | \{(?P<jira>code|noformat)(?::[^{}]{0,64})?\}
    | \[(?P<bbcode>code|quote|pre|log)(?:=[^\[\]]{0,64})?\]
    | (?P<brace>\{)
    | <!\[(?P<xml>C)DATA\[
    )[a-z]{0,16}\\?[ \t\r]*\Z""",
    re.VERBOSE,
)
"""What opens a literal whose lines stand in it as they are, at the end of a line or directly before
a mapping."""

_CLOSERS = {
    "same": b"%b", "cpp": b')%b"', "rust": b'"%b', "lua": b"]%b]", "ocaml": b"|%b}",
    "sql": b"$%b$", "jira": b"{%b}", "bbcode": b"[/%b]", "brace": b"}%.0b", "xml": b"]]>%.0b",
}  # fmt: skip
"""What closes it, from what the opening mark holds."""

_WINDOW = 128
"""Bytes at the end of a text in which an opening mark is looked for."""

_STATEMENT = (*QUOTES, b"}")
"""Marks that names hold, too: behind one that closes a literal the line is over, or nearly so."""

_CONTINUED = re.compile(rb"\\[ \t\r]*\Z")

_GAP = re.compile(rb"[ \t]*\\(?=[0-9a-f])")
"""In Haskell the next line goes on behind a backslash, too."""


@attrs.frozen
class _Open:
    """A literal that goes on in the next line."""

    mark: bytes
    """What closes it."""
    is_continued: bool = False
    """Whether each line of it ends in a backslash, and holds escapes."""
    begin: int = 0
    """Where the literal begins in the line that opens it."""


def take_apart(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces without what opens, continues and closes such literals around a dump."""
    above, reach = b"", 0
    inside: _Open | None = None
    for piece in pieces:
        text = piece.text
        found = None if inside and inside.is_continued else first(text)
        if found:
            inside = _opened(text, found.start(), above) or inside
        if inside and inside.is_continued:
            parts, inside = _continue(piece, inside)
            yield from parts
        elif inside:
            part, inside = _close(piece, inside, found)
            yield part
        else:
            yield piece
        mark = b"" if found else _raw(text) or _dangling(text)
        if mark in QUOTES and not inside and _CONTINUED.search(text):
            inside = _Open(mark, is_continued=True)
        above, reach = (mark, REACH) if mark else (above, reach - 1)
        if found or not reach:
            above = b""


def _opened(text: bytes, at: int, above: bytes) -> _Open | None:
    """The literal that opens directly before the mapping at *at*, or that *above* is to close.

    None where there is none, or where it closes in this line: `literals` takes those.
    """
    if mark := _raw(text[:at]):
        # A brace around each line is for `suffixes` to see.
        return None if mark == b"}" and text.endswith(mark) else _Open(mark)
    start = opening(text, at)
    if start >= 0:
        quote = text[start : start + 1]
        is_open = closing(text, at, quote) == len(text)
        return _Open(quote, bool(_CONTINUED.search(text)), start + 1) if is_open else None
    return _Open(above) if above else None


def _raw(text: bytes) -> bytes:
    """What closes the literal that the end of *text* opens; empty where it opens none."""
    opened = _RAW.search(text[-_WINDOW:])
    if not opened or not opened.lastgroup:
        return b""
    return _CLOSERS[opened.lastgroup] % opened[opened.lastgroup]


def _dangling(text: bytes) -> bytes:
    """The quotation mark at the end of *text* that closes nothing before it; else empty."""
    bare = _CONTINUED.sub(b"", text).rstrip(b" \t\r")
    quote = bare[-1:]
    is_lone = quote in QUOTES and bare.count(quote) % 2 and not bare.endswith(quote * 3)
    return quote if is_lone else b""


def _close(
    piece: Piece, inside: _Open, found: re.Match[bytes] | None
) -> tuple[Piece, _Open | None]:
    """*piece* without the end of the literal, and the literal where it goes on."""
    text, mark = piece.text, inside.mark
    # Of "]]]" the last two close.
    ends = re.compile(re.escape(mark) + b"(?!" + re.escape(mark[-1:]) + b")")
    for end in ends.finditer(text, found.start() if found else 0):
        if mark in _STATEMENT and not CLOSED.match(text, end.end()):
            continue
        body = text[: end.start()]
        if found:
            kept = body.rstrip(b" \t") if patterns.parts(found).get("NAME", mark) != mark else body
            return piece.changed(kept, "string", text[end.start() :]), None
        if patterns.is_known(body):
            return piece.changed(body, "string", text[end.start() :]), None
        return piece, None
    return piece, inside


def _continue(piece: Piece, inside: _Open) -> tuple[list[Piece], _Open | None]:
    """The lines that one line of a continued literal holds, and the literal where it goes on."""
    text = piece.text
    gap = _GAP.match(text)
    begin = inside.begin or (gap.end() if gap else 0)
    end = closing(text, begin, inside.mark)
    body = text[begin:end]
    goes_on = _CONTINUED.search(body) if end == len(text) else None
    if goes_on:
        body = body[: goes_on.start()]
    elif end == len(text):
        return [piece], None
    opened = text[:begin] or inside.mark
    parts = [
        piece.changed(unescaped(line), "string", opened).noted("escape", line)
        for line in split_lines(body)
    ]
    return parts or [piece], _Open(inside.mark, is_continued=True) if goes_on else None
