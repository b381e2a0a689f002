"""What stands before a mapping in its line: quoting, comments, indents, prefixes of logs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from procmaps.extraction import patterns
from procmaps.extraction.results import What

_QUOTE = re.compile(rb"[ \t]{0,16}(?:>|\||&gt;)(?:[ \t]{0,2}(?:>|\||&gt;)){0,63}[ \t]?")
"""Marks of quoting in a mail: ``> ``, ``>>> ``, ``> > ``, ``| ``, in HTML ``&gt; ``."""

_COMMENT = re.compile(
    rb"[ \t]{0,64}(?:///?!?|##*|\*+|--+|;+|%+|<!--|/\*+|rem|REM)(?=[ \t]|\Z)[ \t]?"
)
"""Marks of a comment in the usual languages, at the beginning of a line."""

_ASSIGNMENT = re.compile(rb"[A-Za-z_][A-Za-z0-9_.]{0,64}=\Z")

_TAG = re.compile(rb"(?:<[A-Za-z/][^<>]{0,200}>[ \t]*)+")
"""Tags of HTML or of a markup like it."""

_DIFF = (b"+", b"-", b" ")
"""What a line bears in a unified diff: a blank where it stands in both of the texts."""

FAULT = b"--->"
"""What a tombstone has in place of the indent before the mapping of the fault address."""

_MASK = bytes.maketrans(b"123456789abcdefABCDEF\t", b"0" * 21 + b" ")
"""Makes all numbers of one length equal."""


def leading_quote(text: bytes) -> bytes:
    """The marks of quoting that *text* begins with; empty where it is not quoted."""
    quote = _QUOTE.match(text)
    return quote[0] if quote else b""


def family(prefix: bytes) -> bytes:
    """What prefixes of the same kind have in common: the quoting, and whether there is more.

    What stands only once, before the first line of a dump, does not count: a tag, a variable.
    """
    quote = leading_quote(prefix)
    marks = bytes(byte for byte in quote.replace(b"&gt;", b">") if byte in b">|")
    rest = _TAG.sub(b"", prefix[len(quote) :]).removesuffix(FAULT)
    if _ASSIGNMENT.search(rest) or rest in _DIFF or not patterns.padding(rest).strip(b" A"):
        return marks
    return marks + b"+"


def behind(text: bytes, prefix: bytes) -> int:
    """Where a line begins behind a prefix like *prefix*; 0 where it bears none.

    Numbers in it may differ, as times do. A line too short for the whole of it may have lost the
    blanks at its end.
    """
    size = len(prefix)
    if text.startswith(prefix) or masked(text[:size]) == masked(prefix):
        return size
    if prefix in _DIFF and text.startswith(_DIFF):
        return size
    short = prefix.rstrip(b" \t")
    if short and text.rstrip(b" \t\r") == short:
        return len(text)
    quote = leading_quote(prefix)
    if quote and (found := leading_quote(text)) and quote.split() == found.split():
        return len(found)
    return 0


def bears(text: bytes, prefix: bytes) -> bool:
    """Whether *text* bears a prefix like *prefix*; any text does where that is only blanks."""
    return behind(text, prefix) > 0 or not prefix.strip(b" \t")


def kinds(prefix: bytes) -> Iterator[tuple[What, bytes]]:
    """What a prefix consists of, from the left: each part and its kind."""
    at = 0
    if quote := leading_quote(prefix):
        yield "quote", quote
        at = len(quote)
    if tag := _TAG.match(prefix, at):
        yield "markup", tag[0]
        at = tag.end()
    if comment := _COMMENT.match(prefix, at):
        yield "comment", comment[0]
        at = comment.end()
    rest = prefix[at:].removesuffix(FAULT)
    yield from _remainder(rest)
    if len(rest) < len(prefix) - at:
        yield "fault mark", FAULT


def _remainder(rest: bytes) -> Iterator[tuple[What, bytes]]:
    """What is left of a prefix without its marks."""
    if not rest:
        return
    if not patterns.padding(rest).strip(b" A"):
        yield "indent", rest
    elif _ASSIGNMENT.search(rest):
        yield "assignment", rest
    else:
        yield "log prefix", rest


def masked(prefix: bytes) -> bytes:
    """*prefix* with all numbers made alike, and the blanks that pad them."""
    return re.sub(rb" *0+", b"0", prefix.translate(_MASK))
