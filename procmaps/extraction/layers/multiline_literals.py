"""Dumps inside a literal over several lines of a program, a script or a page.

Either its lines are unescaped, between two marks, or each line ends in a backslash and the literal
continues on the next one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import attrs

from procmaps.extraction import patterns
from procmaps.extraction.field_lines import find_known_field
from procmaps.extraction.literal_syntax import (
    CLOSED,
    MAX_DISTANCE,
    QUOTES,
    closing_quote,
    line_slices,
    opening_quote,
    unescape,
)
from procmaps.extraction.matches import find_candidate
from procmaps.extraction.source_lines import SourceLine

_RAW_OPENING = re.compile(
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
"""The opening mark of a literal with unescaped lines.

It is at the end of a line or just before a mapping."""

_OPENING_BEFORE_TEXT = re.compile(
    rb"""(?P<same>\"\"\"|\'\'\'|```+)|[rR]"(?P<cpp>[^ ()\\\t]{0,16})\("""
    rb"""|(?<![A-Za-z0-9_])[bc]?r(?P<rust>\#{1,16})"|\{(?P<ocaml>[a-z_]{0,16})\|"""
    rb"""|\{(?P<jira>code|noformat)(?::[^{}]{0,64})?\}"""
    rb"""|\[(?P<bbcode>code|quote|pre|log)(?:=[^\[\]]{0,64})?\]|<!\[(?P<xml>C)DATA\["""
)
"""The opening mark of a literal whose first line is a heading; marks that occur nowhere else."""

NEEDED = re.compile(
    rb"[\"'`{]|\[=*\[|\$[A-Za-z_]{0,16}\$|\[(?:code|quote|pre|log)[=\]]|<!\[CDATA\["
).search
"""What a text needs before this layer changes a line: all of the opening marks."""

_CLOSERS = {
    "same": b"%b", "cpp": b')%b"', "rust": b'"%b', "lua": b"]%b]", "ocaml": b"|%b}",
    "sql": b"$%b$", "jira": b"{%b}", "bbcode": b"[/%b]", "brace": b"}%.0b", "xml": b"]]>%.0b",
}  # fmt: skip
"""The closing mark by group of `_RAW_OPENING`, from the text of that group."""

_WINDOW = 128
"""Bytes at the end of a text that are searched for an opening mark."""

_MARKS_IN_NAMES = (*QUOTES, b"}")
"""Closing marks that names contain, too. Such a mark counts only at the end of a statement."""

_BACKSLASH_AT_END = re.compile(rb"\\[ \t\r]*\Z")

_GAP = re.compile(rb"[ \t]*\\(?=[0-9a-f])")
"""In Haskell the next line begins with a backslash, too."""


@attrs.frozen
class _OpenLiteral:
    """A literal that continues on the next line."""

    mark: bytes
    """The mark that closes it."""
    is_continued: bool = False
    """Whether each line of it ends in a backslash and contains escapes."""
    begin: int = 0
    """Where the literal begins in the line that opens it."""


@attrs.frozen
class _Content:
    """The part of a continued literal that is in one line."""

    begin: int
    end: int
    opened: bytes
    """The text before it in the line."""


def remove(lines: Iterable[SourceLine]) -> Iterator[SourceLine]:
    """Yield the lines without the text that opens, continues and closes such literals."""
    mark_above, distance_left = b"", 0
    literal: _OpenLiteral | None = None
    for original in lines:
        line, text = original, original.text
        found = None if literal and literal.is_continued else find_candidate(text)
        if found:
            literal = _opened(text, found.start(), mark_above) or literal
            line = _without_opening_quote(original, found.start())
        if literal and literal.is_continued:
            content, continues = _continue(line, literal)
            literal = _OpenLiteral(literal.mark, is_continued=True) if continues else None
            yield from _lines(line, content) if content else (line,)
        elif literal:
            part, literal = _close(line, literal, found)
            yield part
        else:
            yield line
        mark = b"" if found else _mark_after(text)
        if mark in QUOTES and not literal and _BACKSLASH_AT_END.search(text):
            literal = _OpenLiteral(mark, is_continued=True)
        if mark:
            mark_above, distance_left = mark, MAX_DISTANCE
        else:
            distance_left -= 1
        if found or not distance_left:
            mark_above = b""


def _opened(text: bytes, mapping: int, mark_above: bytes) -> _OpenLiteral | None:
    """Return the literal that opens just before the mapping, or that *mark_above* will close.

    None if there is none, or if it closes in this line: then it is one for `string_literals`.
    """
    before = text[:mapping]
    if mark := _raw_closing_mark(before) or _closing_mark_after_heading(before):
        # Braces around each line are one for `line_suffixes`.
        return None if mark == b"}" and text.endswith(mark) else _OpenLiteral(mark)
    start = opening_quote(text, mapping)
    if start >= 0:
        quote = text[start : start + 1]
        if closing_quote(text, mapping, quote) < len(text):
            return None
        return _OpenLiteral(quote, bool(_BACKSLASH_AT_END.search(text)), start + 1)
    return _OpenLiteral(mark_above) if mark_above else None


def _without_opening_quote(line: SourceLine, mapping: int) -> SourceLine:
    """Return *line* without the quotation mark of Rust's raw literal before its mapping.

    Others would take a quotation mark in the name for the one that closes it.
    """
    window = line.text[max(0, mapping - _WINDOW) : mapping]
    opening = _RAW_OPENING.search(window)
    if not opening or opening.lastgroup != "rust":
        return line
    begin = mapping - len(window) + opening.start()
    return line.edited([(begin, mapping, b" ")]).with_repair("string", opening[0])


def _raw_closing_mark(text: bytes) -> bytes:
    """Return the mark that closes the literal opened at the end of *text*, or an empty text."""
    opening = _RAW_OPENING.search(text[-_WINDOW:])
    return _closer(opening) if opening else b""


def _closing_mark_after_heading(text: bytes) -> bytes:
    """Return the mark that closes the literal opened before a heading, or an empty text."""
    for opening in _OPENING_BEFORE_TEXT.finditer(text, 0, _WINDOW):
        mark = _closer(opening)
        if mark not in text[opening.end() :]:
            return mark
    return b""


def _closer(opening: re.Match[bytes]) -> bytes:
    group = opening.lastgroup or "same"
    return _CLOSERS[group] % opening[group]


def _mark_after(text: bytes) -> bytes:
    """Return the mark that closes a literal opened in a line without a mapping, or nothing."""
    return _raw_closing_mark(text) or _unpaired_quote(text) or _closing_mark_after_heading(text)


def _unpaired_quote(text: bytes) -> bytes:
    """Return the quotation mark at the end of *text* that closes nothing, or an empty text."""
    bare = _BACKSLASH_AT_END.sub(b"", text).rstrip(b" \t\r")
    quote = bare[-1:]
    is_unpaired = quote in QUOTES and bare.count(quote) % 2 and not bare.endswith(quote * 3)
    return quote if is_unpaired else b""


def _close(
    line: SourceLine, literal: _OpenLiteral, found: re.Match[bytes] | None
) -> tuple[SourceLine, _OpenLiteral | None]:
    """Return *line* without the end of the literal, and the literal if it continues."""
    text, mark = line.text, literal.mark
    # Of "]]]" the last two close.
    closings = re.compile(re.escape(mark) + b"(?!" + re.escape(mark[-1:]) + b")")
    for closing in closings.finditer(text, found.start() if found else 0):
        if mark in _MARKS_IN_NAMES and not CLOSED.match(text, closing.end()):
            continue
        content, rest = text[: closing.start()], text[closing.start() :]
        if found:
            is_unnamed = patterns.captured(found).get("NAME", mark) == mark
            kept = content if is_unnamed else content.rstrip(b" \t")
            return line.with_text(kept, "string", rest), None
        if find_known_field(content):
            return line.with_text(content, "string", rest), None
        return line, None
    return line, literal


def _continue(line: SourceLine, literal: _OpenLiteral) -> tuple[_Content | None, bool]:
    """Return the literal's text in one line, and whether the next line continues it.

    None if the literal is open, but not continued: then it is none.
    """
    text = line.text
    gap = _GAP.match(text)
    begin = literal.begin or (gap.end() if gap else 0)
    end = closing_quote(text, begin, literal.mark)
    continuation = _BACKSLASH_AT_END.search(text, begin) if end == len(text) else None
    if continuation:
        return _Content(begin, continuation.start(), text[:begin] or literal.mark), True
    if end == len(text):
        return None, False
    return _Content(begin, end, text[:begin] or literal.mark), False


def _lines(line: SourceLine, content: _Content) -> Iterator[SourceLine]:
    """Yield the lines in the literal's text, or *line* if that is empty."""
    if content.begin == content.end:
        yield line
    for part in line.divided(line_slices(line.text, content.begin, content.end)):
        plain = part.edited([(0, len(part.text), unescape(part.text))])
        yield plain.with_repair("string", content.opened).with_repair("escape", part.text)
