"""Text before a mapping in its line: quotation marks, comments, indents, prefixes of logs.

This layer has no ``remove``. Grouping compares prefixes, so they stay in the lines until assembly
cuts them off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from procmaps.extraction.blanks import as_spaces
from procmaps.extraction.results import RepairKind
from procmaps.extraction.substitution import substituted

_QUOTE = re.compile(rb"[ \t]{0,16}(?:>|\||&gt;)(?:[ \t]{0,2}(?:>|\||&gt;)){0,63}[ \t]?")
"""Quotation marks of mail: ``> ``, ``>>> ``, ``> > ``, ``| ``, in HTML ``&gt; ``."""

_QUOTE_AT_END = re.compile(rb"(?:(?:>|\||&gt;)[ \t]{0,2}){1,64}\Z")
_MAX_QUOTE = 256

_COMMENT = re.compile(
    rb"[ \t]{0,64}(?:///?!?|##*|\*+|--+|;+|%+|<!--|/\*+|rem|REM)(?=[ \t]|\Z)[ \t]?"
)
"""Comment marks of the usual languages, at the beginning of a line."""

_ASSIGNMENT = re.compile(rb"[A-Za-z_][A-Za-z0-9_.]{0,64}=\Z")

_TAGS = re.compile(rb"(?:<[A-Za-z/][^<>]{0,200}>[ \t]*)+")
"""Tags of HTML or a markup like it."""

DIFF_MARKS = (b"+", b"-", b" ")
"""The first column of a unified diff; a blank if the line is in both texts."""

_FAULT_MARK = b"--->"
"""A tombstone prints it in place of the indent, before the mapping of the fault address."""

_ARROW = "\u25ba".encode()
"""pwndbg prints it in the indent of the row that contains an address."""

_PADDED_NUMBER = re.compile(rb"(?:(?<! ) *+)?0+")

_EQUALIZED = bytes.maketrans(b"123456789abcdefABCDEF\t", b"0" * 21 + b" ")
"""Makes all numbers of the same length equal."""


def leading_quote(text: bytes) -> bytes:
    """Return the quotation marks at the beginning of *text*; empty if it is not quoted."""
    quote = _QUOTE.match(text)
    return quote[0] if quote else b""


def outer_prefix(prefix: bytes) -> bytes:
    """Return the text before the quotation marks that *prefix* ends with: a mail in a log."""
    begin = max(0, len(prefix) - _MAX_QUOTE)
    quote = _QUOTE_AT_END.search(prefix, begin)
    return prefix[: quote.start()] if quote else prefix


def quote_depth(text: bytes) -> int:
    """Return the number of quotation marks at the beginning of *text*."""
    marks = leading_quote(text).replace(b"&gt;", b">")
    return marks.count(b">") + marks.count(b"|")


def family(prefix: bytes) -> bytes:
    """Return what all prefixes of one dump share: the quotation, and whether there is more.

    Text that only the first line of a dump has does not count: a tag, the name of a variable.
    """
    if not prefix:
        return b""
    quote = leading_quote(prefix)
    marks = bytes(byte for byte in quote.replace(b"&gt;", b">") if byte in b">|")
    rest = _TAGS.sub(b"", prefix[len(quote) :]).removesuffix(_FAULT_MARK)
    if _ASSIGNMENT.search(rest) or rest in DIFF_MARKS or _is_blank(rest):
        return marks
    return marks + b"+"


def content_start(text: bytes, prefix: bytes) -> int:
    """Return where the text after a prefix like *prefix* begins; 0 if *text* has no such prefix.

    Numbers may differ, as times do. A line that is too short may have lost blanks at its end.
    """
    size = len(prefix)
    if text.startswith(prefix) or equalize(text[:size]) == equalize(prefix):
        return size
    if prefix in DIFF_MARKS and text.startswith(DIFF_MARKS):
        return size
    short = prefix.rstrip(b" \t")
    if short and text.rstrip(b" \t\r") == short:
        return len(text)
    quote = leading_quote(prefix)
    if quote and (found := leading_quote(text)) and quote.split() == found.split():
        return len(found)
    return 0


def has_prefix(text: bytes, prefix: bytes) -> bool:
    """Return whether *text* has a prefix like *prefix*; every text does if that is only blanks."""
    return content_start(text, prefix) > 0 or not prefix.strip(b" \t")


def take_apart(prefix: bytes) -> Iterator[tuple[RepairKind, bytes]]:
    """Yield the parts of a prefix, from the left, each with its kind."""
    index = 0
    if quote := leading_quote(prefix):
        yield "quote", quote
        index = len(quote)
    if tags := _TAGS.match(prefix, index):
        yield "markup", tags[0]
        index = tags.end()
    if comment := _COMMENT.match(prefix, index):
        yield "comment", comment[0]
        index = comment.end()
    rest = prefix[index:].removesuffix(_FAULT_MARK)
    if rest:
        yield _kind_of_rest(rest), rest
    if len(rest) < len(prefix) - index:
        yield "fault mark", _FAULT_MARK


def equalize(prefix: bytes) -> bytes:
    """Return *prefix* with all numbers made equal, and the blanks that pad them removed."""
    return substituted(_PADDED_NUMBER, lambda _: b"0", prefix.translate(_EQUALIZED))


def _kind_of_rest(rest: bytes) -> RepairKind:
    if _is_blank(rest):
        return "indent"
    return "assignment" if _ASSIGNMENT.search(rest) else "log prefix"


def _is_blank(text: bytes) -> bool:
    # "A" can be the rest of a no-break space (`blanks.NO_BREAK_SPACE`).
    return not as_spaces(text).replace(_ARROW, b"").strip(b" A")
