"""Dumps in the string literals of a program or of JSON, or in quotation marks of a message."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from procmaps.extraction.field_lines import field_key
from procmaps.extraction.literal_syntax import (
    LITERAL,
    MAX_DISTANCE,
    body,
    closing_quote,
    opening_quote,
    split_lines,
    unescape,
)
from procmaps.extraction.matches import find_candidate
from procmaps.extraction.source_lines import SourceLine

_NEWLINE = re.compile(rb"(?:\\r)?\\n|<[bB][rR] ?/?>|&#10;|&#xA;")
"""A newline spelled out."""

_SPELLED_BEFORE = re.compile(rb"(?:\\r)?\\n[ \t]*\Z")

_ONLY_ESCAPES = re.compile(rb"(?:[^\\]|\\(?:[\\\"'/nrt]|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}))*+")
"""A text with no backslash except in escapes of a program. A plain message may have others."""

_WINDOW = 256
"""Bytes after a newline spelled out that are searched for the start of a mapping."""

_MAX_DEPTH = 3
"""Literals inside literals, at most: JSON in JSON in a log."""


def remove(lines: Sequence[SourceLine]) -> Iterator[SourceLine]:
    """Yield the lines, with each line inside a literal as a line of its own.

    A field of ``smaps`` in a literal counts only below a mapping in a literal.
    """
    distance_left = 0
    for line in lines:
        if find_candidate(line.text):
            parts = [*_take_apart(line, _MAX_DEPTH)]
            is_quoted = any(repair.kind == "string" for part in parts for repair in part.repairs)
            distance_left = MAX_DISTANCE if is_quoted else 0
            yield from parts
        elif distance_left and (fields := [*_fields(line)]):
            distance_left = MAX_DISTANCE
            yield from fields
        else:
            distance_left = max(0, distance_left - 1)
            yield line


def _fields(line: SourceLine) -> Iterator[SourceLine]:
    """Yield the fields of ``smaps`` in the literals of a line without a mapping."""
    for literal in LITERAL.finditer(line.text):
        fields = [(escaped, unescape(escaped)) for escaped in split_lines(body(literal))]
        if not all(field_key(plain, is_first=False) for _, plain in fields):
            continue
        for escaped, plain in fields:
            part = line.with_text(plain, "string", line.text[: literal.start() + 1])
            yield part.with_repair("escape", escaped) if plain != escaped else part


def _take_apart(line: SourceLine, depth: int) -> Iterator[SourceLine]:
    """Yield the lines that *line* contains, literal by literal."""
    text = line.text
    found = find_candidate(text) if depth else None
    if not found:
        yield line
        return
    opened = opening_quote(text, found.start())
    if opened < 0:
        opened = _enclosing_quote(text, found.start())
    if opened < 0:
        if _has_spelled_lines(text, found.start()):
            yield from _split_spelled(line, depth)
        else:
            yield line
        return
    end = closing_quote(text, found.start(), text[opened : opened + 1])
    first, rest = text[opened + 1 : end], text[end + 1 :]
    if not _NEWLINE.search(first) and not find_candidate(rest):
        yield _unquoted(line, opened, end)
        return
    others = filter(_belongs_to_dump, map(body, LITERAL.finditer(rest)))
    for literal in (first, *others):
        for escaped in split_lines(literal):
            plain = unescape(escaped)
            part = line.with_text(plain, "string", text[: opened + 1])
            if plain != escaped:
                part = part.with_repair("escape", escaped)
            yield from _take_apart(part, depth - 1)


def _belongs_to_dump(literal: bytes) -> bool:
    """Return whether a literal beside one with a mapping belongs to the dump, too."""
    return bool(find_candidate(literal) or field_key(literal.rstrip(b" \\nr"), is_first=False))


def _unquoted(line: SourceLine, opened: int, end: int) -> SourceLine:
    """Return a mapping that is alone in its quotation marks without them."""
    text = line.text
    if end == len(text):
        # An apostrophe before the mapping, or an open literal: see `multiline_literals`.
        return line
    quote, rest = text[opened : opened + 1], text[end:]
    quoted = text[opened + 1 : end]
    # A list may have escaped it; a message has not.
    if b"\\" in quoted and _ONLY_ESCAPES.fullmatch(quoted):
        line = line.with_repair("escape", quoted)
        quoted = unescape(quoted)
    bare = text[:opened] + b" " + quoted
    return line.with_text(bare, "string", quote).with_repair("suffix", rest)


def _has_spelled_lines(text: bytes, begin: int) -> bool:
    """Return whether a mapping follows a newline that is spelled out after *begin*."""
    return any(
        find_candidate(text[newline.end() : newline.end() + _WINDOW])
        for newline in _NEWLINE.finditer(text, begin)
    )


def _enclosing_quote(text: bytes, mapping: int) -> int:
    """Return where the literal opens that has the mapping in a later line of it, or -1."""
    if _SPELLED_BEFORE.search(text, max(0, mapping - _WINDOW), mapping):
        for literal in LITERAL.finditer(text):
            if literal.start() < mapping < literal.end():
                return literal.start()
    return -1


def _split_spelled(line: SourceLine, depth: int) -> Iterator[SourceLine]:
    """Yield the lines of a text with newlines spelled out, but without quotation marks."""
    begin = 0
    for newline in _NEWLINE.finditer(line.text):
        part = _part(line, begin, newline.start())
        yield from _take_apart(part.with_repair("escape", newline[0]), depth - 1)
        begin = newline.end()
    yield from _take_apart(_part(line, begin, len(line.text)), depth - 1)


def _part(line: SourceLine, begin: int, end: int) -> SourceLine:
    return SourceLine(line.text[begin:end], line.numbers, line.originals, line.repairs)
