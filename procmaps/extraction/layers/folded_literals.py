"""Literals with newlines spelled out that a mail program, or ``fmt``, has broken into lines.

Their own lines end in an escape, so each line break of the text is one that was put in later. A
literal may be inside others, as JSON in JSON is: each of them doubles the backslashes.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

import attrs

from procmaps.extraction.field_lines import field_key
from procmaps.extraction.layers.line_prefixes import leading_quote, quote_depth
from procmaps.extraction.literal_syntax import (
    CLOSED,
    ESCAPE,
    line_slices,
    opening_quote,
    resolved,
    unescape,
)
from procmaps.extraction.matches import find_candidate, find_partial
from procmaps.extraction.results import Repair
from procmaps.extraction.source_lines import SourceLine, concatenated

NEEDED = re.compile(rb"\\(?:n|(?![^\n\0]))").search
"""What a text needs before this layer changes a line: a newline spelled out, even in two lines."""

_MAX_WITHOUT_NEWLINE = 4
"""Lines in a row without a newline spelled out, at most: a name has at most 4095 bytes."""

_MIN_EQUAL = 3
"""Lines of one length before they are cut at a width, and not broken at blanks."""

_BEFORE = re.compile(rb"(?:\\{0,7}(?P<quote>[\"'`])(?:\\{1,8}[nrt]){0,16}|\\{1,8}n)[ \t]*\Z")
"""The text before the first mapping of a literal: its quotation mark, or a line above it."""

_WINDOW = 256
"""Bytes before a mapping, and from the beginning of a line of a dump, that are searched."""

_CUT_ADDRESS = re.compile(rb"(?:(?<=[\"'`])|(?<=\\n))[0-9a-f]{1,16}(?:-[0-9a-f]{0,15})?\Z")
"""The beginning of a mapping directly after a quotation mark, or after a newline spelled out."""

_NEWLINE = re.compile(rb"(?<!\\)(?P<slashes>\\{1,8})n")

_LEVELS = {1: 0, 2: 1, 4: 2, 8: 3}
"""Literals around a newline spelled out, by its backslashes."""

_MARK = re.compile(rb"(?<!\\)(?P<slashes>\\*+)(?P<quote>[\"'`])")


@attrs.frozen
class _Folded:
    """A literal over several lines."""

    begin: int
    """Where its text begins in the first line."""
    end: int
    """Where its text ends in the last line."""
    levels: int
    """Literals around it."""
    count: int
    """The lines of the text that it is in."""


def remove(lines: Sequence[SourceLine]) -> Iterator[SourceLine]:
    """Yield the lines, with each line inside such a literal as a line of its own."""
    index = 0
    line: SourceLine | None = None
    while line or index < len(lines):
        if not line:
            line, index = lines[index], index + 1
        folded = _Search(lines, line, index).find()
        if not folded:
            yield line
            line = None
            continue
        members = [line, *(lines[index + other] for other in range(folded.count - 1))]
        index, line = index + folded.count - 1, None
        last = members[-1]
        if _mapping(last.text[folded.end + 1 :]) >= 0:
            slices = [(0, folded.end), (folded.end + 1, len(last.text))]
            members[-1], line = last.divided(slices)
        yield from _unfold(members, folded)


# --- where one begins and ends --------------------------------------------------------------------


class _Search:
    """The search for a literal that opens in one line and is broken.

    The evidence is a newline spelled out, with a mapping or a field after it, before any line that
    begins with a mapping.
    """

    def __init__(self, lines: Sequence[SourceLine], first: SourceLine, index: int) -> None:
        self._lines = lines
        self._text = first.text
        self._index = index
        """The index of the line after the first."""
        self._outer = leading_quote(first.text)
        """The quotation marks of the first line."""

    def find(self) -> _Folded | None:
        """Return the literal, or None."""
        text = self._text
        mapping = self._first_mapping()
        before = _BEFORE.search(text, max(0, mapping - _WINDOW), mapping) if mapping > 0 else None
        levels = self._levels() if before and not self._is_continued() else None
        if before is None or levels is None:
            return None
        quote = before["quote"] or b'"'
        begin = before.end("quote") if before["quote"] else len(self._outer)
        end = _closing(text, mapping, quote, levels)
        if end < len(text):
            # It is whole, but those around it may have been broken before it.
            is_inside = levels and before["quote"] and opening_quote(text, mapping) < 0
            return _Folded(begin, end, levels, 1) if is_inside else None
        return self._find_end(begin, quote, levels)

    def _following(self, count: int) -> Iterator[bytes]:
        """Yield the text of so many of the next lines, without what is before it."""
        for index in range(self._index, min(self._index + count, len(self._lines))):
            text = self._lines[index].text
            yield text[_content_start(text, self._outer) :]

    def _first_mapping(self) -> int:
        """Return where a mapping begins in the line, or -1. A width may have cut its address."""
        text = self._text
        mapping = _mapping(text)
        if mapping >= 0 or self._index == len(self._lines):
            return mapping if self._index < len(self._lines) else -1
        cut = _CUT_ADDRESS.search(text, max(0, len(text) - _WINDOW))
        if not cut:
            return -1
        whole = b"".join((cut[0], *self._following(1)))
        return cut.start() if _mapping(whole[:_WINDOW]) == 0 else -1

    def _is_continued(self) -> bool:
        """Return whether a backslash continues the line; otherwise an escape may be cut there."""
        is_cut_escape = next(self._following(1), b"").startswith((b"n", b"\\n"))
        return self._text.endswith(b"\\") and not is_cut_escape

    def _levels(self) -> int | None:
        """Return the literals around the first newline spelled out, or None if none is near."""
        text = b"".join((self._text, *self._following(_MAX_WITHOUT_NEWLINE + 1)))
        for newline in _NEWLINE.finditer(text):
            levels = _LEVELS.get(len(newline["slashes"]))
            if levels is not None and _is_line_of_dump(text, newline.end(), levels):
                return levels
        return None

    def _find_end(self, begin: int, quote: bytes, levels: int) -> _Folded | None:
        """Return the whole literal, or None if no line of a dump follows a newline in it.

        If no quotation mark closes it, its text is cut off: it ends in the last line with a
        newline.
        """
        above = self._text
        has_newline = _spells_line_of_dump(above[begin:], levels)
        last, size = 1, 0
        for count, text in enumerate(self._following(len(self._lines)), start=2):
            # A width may have cut an escape, or a line of the dump.
            has_newline = has_newline or _spells_line_of_dump(above[-_WINDOW:] + text, levels)
            is_other = not has_newline and _mapping(text) == 0 and _mapping(above) >= 0
            if is_other or not text.strip(b" \t\r"):
                break
            start = len(self._lines[self._index + count - 2].text) - len(text)
            carried = above[len(above.rstrip(b"\\")) :]
            end = _closing(carried + text, 0, quote, levels) - len(carried)
            if end < len(text):
                found = _Folded(begin, start + end, levels, count)
                return found if has_newline else None
            if has_newline and b"\\n" in text:
                last, size = count, start + len(text)
            if count - last > _MAX_WITHOUT_NEWLINE:
                break
            above = text
        return _Folded(begin, size, levels, last) if last > 1 else None


def _closing(text: bytes, begin: int, quote: bytes, levels: int) -> int:
    """Return where the literal closes, searched from *begin*; the end of *text* if it does not."""
    period = 2 << levels
    for mark in _MARK.finditer(text, begin):
        is_escaped = len(mark["slashes"]) % period == period - 1
        if mark["quote"] == quote and not is_escaped and CLOSED.match(text, mark.end()):
            return mark.end() - 1 - len(mark["slashes"]) % period
    return len(text)


def _mapping(text: bytes) -> int:
    """Return where a mapping begins, complete or cut off, or -1."""
    found = find_candidate(text)
    return found.start() if found else find_partial(text)


def _content_start(text: bytes, outer: bytes) -> int:
    """Return where the text of a line begins after its quotation marks: at most those of *outer*.

    A width may have cut the text before such a mark.
    """
    if text.startswith(outer):
        return len(outer)
    quote = leading_quote(text)
    return len(quote) if quote_depth(quote) <= quote_depth(outer) else 0


def _spells_line_of_dump(text: bytes, levels: int) -> bool:
    """Return whether a mapping or a field follows a newline that is spelled out in *text*."""
    return any(
        len(newline["slashes"]) == 1 << levels and _is_line_of_dump(text, newline.end(), levels)
        for newline in _NEWLINE.finditer(text)
    )


def _is_line_of_dump(text: bytes, begin: int, levels: int) -> bool:
    """Return whether a mapping or a field is at *begin*, up to the next newline spelled out."""
    window = text[begin : begin + _WINDOW]
    newline = re.search(rb"\\{%d}[nr]" % (1 << levels), window)
    line = window[: newline.start()] if newline else window
    return _mapping(line) == 0 or bool(field_key(unescape(line), above=b""))


# --- its lines ------------------------------------------------------------------------------------


def _unfold(members: Sequence[SourceLine], folded: _Folded) -> Iterator[SourceLine]:
    """Yield the lines inside a literal."""
    head = members[0].text[: folded.begin]
    noted = {line.number: line.repairs for line in members if line.repairs}
    outer = leading_quote(members[0].text)
    begins = [folded.begin, *(_content_start(line.text, outer) for line in members[1:])]
    ends = [*(len(line.text) for line in members[:-1]), folded.end]
    pieces = [line.cut(*span) for line, *span in zip(members, begins, ends, strict=True)]
    whole = concatenated(pieces, _joints(members, pieces))
    for _ in range(folded.levels):
        escapes = ESCAPE.finditer(whole.text)
        whole = whole.edited([(each.start(), each.end(), resolved(each)) for each in escapes])
    for part in whole.divided(line_slices(whole.text, 0, len(whole.text))):
        numbers = part.numbers
        repairs = [repair for number in numbers for repair in noted.get(number, ())]
        repairs += [Repair(number, "wrapped", b"") for number in numbers[1:]]
        repairs += [Repair(part.number, "escape", part.raw)] if folded.levels else []
        yield _plain(part.with_repairs(repairs), head)


def _joints(members: Sequence[SourceLine], pieces: Sequence[SourceLine]) -> list[bytes]:
    """Return what was at each break: nothing if all lines are cut at one width, else a space."""
    breaks = [*itertools.pairwise(pieces)]
    widths = [len(member.text) for member in members[:-1]]
    is_cut = len(set(widths)) == 1 and (
        len(widths) >= _MIN_EQUAL
        or any(_is_inside_address(above.text, below.text) for above, below in breaks)
    )
    return [
        b"" if is_cut or above.text.endswith(b" ") or below.text.startswith(b" ") else b" "
        for above, below in breaks
    ]


def _is_inside_address(above: bytes, below: bytes) -> bool:
    """Return whether the break between two texts is inside an address, where no blank was."""
    cut = _CUT_ADDRESS.search(above, max(0, len(above) - _WINDOW))
    rest = below[:_WINDOW]
    return bool(cut and _mapping(cut[0] + rest) == 0 and _mapping(cut[0] + b" " + rest) != 0)


def _plain(part: SourceLine, head: bytes) -> SourceLine:
    """Return a line of a literal without its escapes; *head* is the text before the literal."""
    plain = part.with_repair("string", head).inside(head)
    plain = plain.substituted(ESCAPE, resolved, "escape", part.text)
    name = plain.match.name.removesuffix(b" (deleted)") if plain.match else b""
    is_broken = any(repair.kind == "wrapped" for repair in plain.repairs)
    # The break may have been inside the name, where there was no blank.
    return plain.with_doubt("wrapped", name) if is_broken and b" " in name else plain
