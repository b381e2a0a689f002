"""Adjacent string literals that a compiler joins: one contains the start of a mapping's line."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator

from procmaps.extraction.blanks import DASH
from procmaps.extraction.field_lines import field_key
from procmaps.extraction.literal_syntax import (
    LITERAL,
    body,
    closing_quote,
    opening_quote,
    split_lines,
    unescape,
)
from procmaps.extraction.lookahead import Lookahead
from procmaps.extraction.matches import find_candidate, find_partial
from procmaps.extraction.source_lines import SourceLine

NEEDED = re.compile(rb"[\"'`]").search
"""What a text needs before this layer changes a line."""

_MAX_JOINS = 64
"""Literals joined into one, at most: names have at most 4095 bytes."""

_NEWLINES = (rb"\n", b"~n")
"""The end of a literal that ends a line of the dump; the second is Erlang's."""

_OPERATOR = rb"(?:\+|\.\.?|<>|\^|&)?"
_AFTER = re.compile(rb"[ \t]*" + _OPERATOR + rb"[ \t]*\\?[ \t\r]*\Z")
_BEFORE = re.compile(rb"[ \t]*" + _OPERATOR + rb"[ \t]*(?:u8|[bBLuU])?(?=([\"'`]))")


def remove(lines: Iterable[SourceLine]) -> Iterator[SourceLine]:
    """Yield the lines, with a literal that ends inside a mapping's line joined to the next ones."""
    rest = Lookahead(lines)
    for line in rest:
        joined = line
        for _ in range(_MAX_JOINS):
            end = _open_end(joined.text)
            following = rest.next_line() if end else None
            continuation = _continuation(following.text) if following else b""
            if not following or not continuation:
                break
            text = joined.text[:end] + continuation
            joined = joined.joined_with(next(rest), text, "string", b'"')
        yield joined


def _open_end(text: bytes) -> int:
    """Return where the literal closes whose last mapping continues in the next line, or 0."""
    found = find_candidate(text)
    if found:
        start = opening_quote(text, found.start())
        quote = text[start : start + 1]
        end = closing_quote(text, found.start(), quote) if start >= 0 else len(text)
    else:
        last = _last_literal(text) if DASH.search(text) else None
        if not last or find_partial(unescape(body(last))) != 0:
            return 0
        end = last.end() - 1
    is_closed = end < len(text) and not text[:end].endswith(_NEWLINES)
    return end if is_closed and _AFTER.match(text, end + 1) else 0


def _last_literal(text: bytes) -> re.Match[bytes] | None:
    return functools.reduce(lambda _, found: found, LITERAL.finditer(text), None)


def _continuation(text: bytes) -> bytes:
    """Return the text after the opening mark, or an empty text if it has complete lines itself."""
    before = _BEFORE.match(text)
    literal = LITERAL.match(text, before.end()) if before else None
    if not literal or find_candidate(text):
        return b""
    if any(field_key(unescape(line), above=b"Size") for line in split_lines(body(literal))):
        return b""
    return text[literal.start() + 1 :]
