"""Dumps in the string literals of a program or of JSON, or in quotation marks of a message."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator

from procmaps.extraction.field_lines import field_key
from procmaps.extraction.listing_rows import find_weak_row, is_entry
from procmaps.extraction.literal_syntax import (
    ESCAPE,
    LITERAL,
    MAX_DISTANCE,
    body,
    closing_quote,
    line_slices,
    opening_quote,
    resolved,
    split_lines,
    unescape,
)
from procmaps.extraction.matches import find_candidate
from procmaps.extraction.pmap_names import columns_of_pmap
from procmaps.extraction.source_lines import SourceLine

_NEWLINE = re.compile(rb"(?:\\r)?\\n|\\u000[aA]|\\x0[aA]|<[bB][rR] ?/?>|&#10;|&#xA;")
"""A newline spelled out."""

NEEDED = re.compile(rb"[\"'`]|" + _NEWLINE.pattern).search
"""What a text needs before this layer changes a line."""

_NEWLINE_OF_ERLANG = b"~n"
"""It is at the end of each literal, so `line_suffixes` removes it."""

_SPELLED_BEFORE = re.compile(rb"(?:\\r)?\\n[ \t]*\Z")

_ONLY_ESCAPES = re.compile(rb"(?:[^\\]|\\(?:[\\\"'/nrt]|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}))*+")
"""A text with no backslash except in escapes of a program. A plain message may have others."""

_BETWEEN_SIBLINGS = re.compile(rb"[\"'`]?[ \t]*(?:\+|,|\.\.?|<>|\^|&)?[ \t]*(?:u8|[bBLuU])?")
"""The text between two literals of one list, or two that a compiler joins."""

_BEFORE_LITERAL = re.compile(rb"(?:\A|[ \t(\[{=:,+>;|&])(?:u8|[bBLuUrRfF@$]{0,2})\Z")
"""The end of the text before a literal."""

_CUE = re.compile(rb"aspacem| Inode ")
"""A text that is in every line that explains rows of listings."""

_AFTER_KEY = re.compile(rb"[ \t]*(?:=>|=|:)")

_WINDOW = 256
"""Bytes after a newline spelled out that are searched for the start of a mapping."""

_MAX_DEPTH = 3
"""Literals inside literals, at most: JSON in JSON in a log."""


def remove(lines: Iterable[SourceLine]) -> Iterator[SourceLine]:
    """Yield the lines, with each line inside a literal as a line of its own.

    A field of ``smaps`` in a literal counts only below a mapping in a literal.
    """
    distance_left = 0
    for line in lines:
        if _has_mapping(line.text):
            distance_left = 0
            for part in _take_apart(line, _MAX_DEPTH):
                if any(repair.kind == "string" for repair in part.repairs):
                    distance_left = MAX_DISTANCE
                yield part
        elif distance_left and _contains(line.text, _is_below_mapping):
            distance_left = MAX_DISTANCE
            yield from _without_mapping(line, _is_below_mapping)
        elif _CUE.search(line.text) and _contains(line.text, _explains_rows):
            yield from _without_mapping(line, _explains_rows)
        else:
            distance_left = max(0, distance_left - 1)
            yield line


def _contains(text: bytes, belongs: Callable[[bytes], bool]) -> bool:
    """Return whether one of the literals in a line without a mapping belongs to a dump."""
    return any(belongs(text[begin:end]) for begin, end in _siblings(text, 0, belongs))


def _without_mapping(line: SourceLine, belongs: Callable[[bytes], bool]) -> Iterator[SourceLine]:
    """Yield the lines in the literals of a line without a mapping."""
    begin, _ = next(_siblings(line.text, 0, belongs))
    literals = _siblings(line.text, 0, belongs)
    slices = (each for literal in literals for each in line_slices(line.text, *literal))
    head = line.text[:begin]
    yield from (_plain(part, head) for part in line.divided(slices))


def _take_apart(line: SourceLine, depth: int) -> Iterator[SourceLine]:
    """Yield the lines that *line* contains, literal by literal."""
    text = line.text
    if not depth or not _has_mapping(text):
        yield line
        return
    opened, end = _literal_with_mapping(text)
    if opened < 0:
        found = find_candidate(text)
        if found and _has_spelled_lines(text, found.start()):
            yield from _split_spelled(line, depth)
        else:
            yield line
        return
    is_alone = not _NEWLINE.search(text, opened + 1, end) and not _has_mapping(text[end + 1 :])
    if is_alone and not _is_nested(text, opened):
        yield _unquoted(line, opened, end)
        return
    spans = _siblings(text, 0, _explains_rows) if _CUE.search(text, 0, opened) else ()
    before = (span for span in spans if span[1] < opened)
    after = _siblings(text, end + 1, _belongs_to_dump)
    literals = itertools.chain(before, [(opened + 1, end)], after)
    slices = (each for literal in literals for each in line_slices(text, *literal))
    head = text[: opened + 1]
    for part in line.divided(slices):
        yield from _take_apart(_plain(part, head), depth - 1)


def _is_nested(text: bytes, opened: int) -> bool:
    """Return whether the first mapping is in a literal inside the one that opens at *opened*."""
    found = find_candidate(text)
    return found is None or b"\\" in text[opened : found.start()]


def _has_mapping(text: bytes) -> bool:
    """Return whether a text has a mapping, perhaps only without its escapes."""
    return find_candidate(text) is not None or next(_escaped(text), None) is not None


def _escaped(text: bytes) -> Iterator[re.Match[bytes]]:
    """Yield the literals with quotation marks inside, in which a row of a listing is escaped."""
    if b'\\"' in text and b"000" in text:
        for literal in LITERAL.finditer(text):
            quoted = body(literal)
            for _ in range(_MAX_DEPTH):
                if b'\\"' not in quoted:
                    break
                quoted = unescape(quoted)
                if find_candidate(quoted):
                    yield literal
                    break


def _literal_with_mapping(text: bytes) -> tuple[int, int]:
    """Return where the literal with the first mapping opens and closes; -1 if there is none."""
    found = find_candidate(text)
    if not found:
        literal = next(_escaped(text))
        return literal.start(), literal.end(literal.lastindex or 0)
    opened = opening_quote(text, found.start())
    if opened < 0:
        opened = _enclosing_quote(text, found.start())
    end = closing_quote(text, found.start(), text[opened : opened + 1])
    # A row may have quotation marks of its own.
    return (opened if find_candidate(text[opened + 1 : end]) else -1), end


def _siblings(
    text: bytes, begin: int, belongs: Callable[[bytes], bool]
) -> Iterator[tuple[int, int]]:
    """Yield begin and end of the bodies of literals that belong to a dump, or are between such.

    The keys of an object, and their values, are no siblings.
    """
    is_sibling = begin > 0
    done = begin
    for literal in LITERAL.finditer(text, begin):
        start, end = literal.span(literal.lastindex or 0)
        is_sibling = (
            is_sibling and _BETWEEN_SIBLINGS.fullmatch(text, done, literal.start()) is not None
        )
        is_key = _AFTER_KEY.match(text, literal.end()) is not None
        if belongs(text[start:end]) or (is_sibling and not is_key):
            is_sibling = True
            yield start, end
        else:
            is_sibling = False
        done = literal.end()


def _plain(part: SourceLine, head: bytes) -> SourceLine:
    """Return a line of a literal without its escapes; *head* is the text before the literal."""
    plain = part.with_repair("string", head).inside(head)
    return plain.substituted(ESCAPE, resolved, "escape", part.text)


def _has_fields(literal: bytes) -> bool:
    """Return whether each line of a literal is a field of ``smaps``."""
    lines = split_lines(literal.removesuffix(_NEWLINE_OF_ERLANG))
    return bool(literal) and all(field_key(unescape(line), above=b"Size") for line in lines)


def _is_below_mapping(literal: bytes) -> bool:
    """Return whether each line of a literal is a field, or a row that counts only beside others."""
    if _has_fields(literal):
        return True
    lines = split_lines(literal)
    return bool(literal) and all(find_weak_row(unescape(line).rstrip(b" ")) for line in lines)


def _explains_rows(literal: bytes) -> bool:
    """Return whether a literal has the titles of a listing, or names of its rows."""
    return is_entry(literal) or columns_of_pmap(literal) is not None


def _belongs_to_dump(literal: bytes) -> bool:
    """Return whether a literal beside one with a mapping belongs to the dump, too."""
    return _has_mapping(literal) or bool(field_key(literal.rstrip(b" \\nr"), above=b"Size"))


def _unquoted(line: SourceLine, opened: int, end: int) -> SourceLine:
    """Return a mapping that is alone in its quotation marks without them."""
    text = line.text
    if end == len(text):
        # An apostrophe before the mapping, or an open literal: see `multiline_literals`.
        return line
    quote, rest = text[opened : opened + 1], text[end:]
    quoted = text[opened + 1 : end]
    # A list may have escaped it; a message has not.
    bare = line.edited([(opened, opened + 1, b" "), (end, len(text), b"")])
    if b"\\" in quoted and _ONLY_ESCAPES.fullmatch(quoted):
        bare = bare.edited([(opened + 1, opened + 1 + len(quoted), unescape(quoted))])
        bare = bare.with_repair("escape", quoted)
    return bare.with_repair("string", quote).with_repair("suffix", rest).inside(quote)


def _has_spelled_lines(text: bytes, begin: int) -> bool:
    """Return whether a mapping follows a newline that is spelled out after *begin*."""
    return any(
        find_candidate(text[newline.end() : newline.end() + _WINDOW])
        for newline in _NEWLINE.finditer(text, begin)
    )


def _enclosing_quote(text: bytes, mapping: int) -> int:
    """Return where the literal opens that has the mapping in it, after other text, or -1.

    It may be open only if the mapping is in a later line of it: an apostrophe opens nothing.
    """
    for literal in LITERAL.finditer(text):
        if literal.start() > mapping:
            break
        if mapping < literal.end():
            if _SPELLED_BEFORE.search(text, max(0, mapping - _WINDOW), mapping):
                return literal.start()
            quote = text[literal.start() : literal.start() + 1]
            begins = _BEFORE_LITERAL.search(text, max(0, literal.start() - 4), literal.start())
            is_closed = closing_quote(text, mapping, quote) < len(text)
            return literal.start() if begins and is_closed else -1
    return -1


def _split_spelled(line: SourceLine, depth: int) -> Iterator[SourceLine]:
    """Yield the lines of a text with newlines spelled out, but without quotation marks."""
    begins = itertools.chain([0], (found.end() for found in _NEWLINE.finditer(line.text)))
    starts = (found.start() for found in _NEWLINE.finditer(line.text))
    ends = itertools.chain(starts, [len(line.text)])
    parts = line.divided(zip(begins, ends, strict=True))
    for part, newline in itertools.zip_longest(parts, _NEWLINE.finditer(line.text)):
        escaped = part.with_repair("escape", newline[0]) if newline else part
        yield from _take_apart(escaped, depth - 1)
