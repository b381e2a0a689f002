"""Control characters as a logger spells them: one message contains several lines.

A name may contain the same text. So a line is split only if a mapping or a field of ``smaps``
follows such a newline.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import attrs

from procmaps.extraction.field_lines import find_known_field
from procmaps.extraction.matches import find_candidate
from procmaps.extraction.source_lines import SourceLine


@attrs.frozen
class _Spelling:
    """One logger's spelling of control characters."""

    newline: bytes
    escape: re.Pattern[bytes]
    """Any escape. Its group is the code, in `base`; or it is the letter after a caret."""
    base: int = 0
    minimum: int = 1
    """Newlines with a mapping or a field after them, at least, before they count."""

    def character(self, escape: re.Match[bytes]) -> bytes:
        """Return the character of an escape; a newline and a NUL stay escaped."""
        code = int(escape[1], self.base) if self.base else escape[1][0] ^ 0x40
        return escape[0] if code in (0, ord("\n")) else bytes([code])


_SPELLINGS = (
    # rsyslog, $EscapeControlCharactersOnReceive: "#" and three octal digits.
    _Spelling(b"#012", re.compile(rb"#(0[0-3][0-7]|177)"), 8),
    # nginx (ngx_escape), syslog-ng and systemd's journalctl; both cases of the digits.
    _Spelling(b"\\x0a", re.compile(rb"\\x([01][0-9a-f]|7f)"), 16),
    _Spelling(b"\\x0A", re.compile(rb"\\x([01][0-9A-F]|7F)"), 16),
    _Spelling(b"\\u000a", re.compile(rb"\\u(00[01][0-9a-f])"), 16),
    _Spelling(b"\\u000A", re.compile(rb"\\u(00[01][0-9A-F])"), 16),
    # syslogd of BSD, and sysklogd: a caret and a letter.
    _Spelling(b"^J", re.compile(rb"\^([IM])")),
    # Commands of GitHub's workflows (actions/toolkit, command.ts).
    _Spelling(b"%0A", re.compile(rb"%(0D|09|25)"), 16),
    # Old programs of the Mac end lines so.
    _Spelling(b"\r", re.compile(rb"(?!)()"), 16, minimum=2),
    # The signs that editors and terminals show for a newline.
    _Spelling("\N{SYMBOL FOR NEWLINE}".encode(), re.compile(rb"(?!)()"), 16),
    _Spelling("\N{DOWNWARDS ARROW WITH CORNER LEFTWARDS}".encode(), re.compile(rb"(?!)()"), 16),
    _Spelling("\N{RETURN SYMBOL}".encode(), re.compile(rb"(?!)()"), 16),
)

NEEDED = re.compile(
    b"|".join(each for s in _SPELLINGS for each in (re.escape(s.newline), s.escape.pattern))
).search
"""What a text needs before this layer changes a line."""

_WINDOW = 256
"""Bytes after a newline that are searched for the start of a mapping or a field."""

_MAX_HEAD = 256
"""Bytes of a message's head that are repeated before each of its lines."""


def remove(lines: Iterable[SourceLine]) -> Iterator[SourceLine]:
    """Yield the lines, with each line inside a message as a line of its own.

    The head of the message stays before each of them, because it shows who wrote them. A line with
    only a tab spelled is decoded if that makes it a mapping or a field.
    """
    for line in lines:
        spelling = next((each for each in _SPELLINGS if _has_lines(line.text, each)), None)
        if spelling:
            yield from _split(line, spelling)
        else:
            yield _with_tabs(line)


def _has_lines(text: bytes, spelling: _Spelling) -> bool:
    """Return whether a mapping or a field follows a newline that is spelled in this way."""
    begin = text.find(spelling.newline)
    count = 0
    while begin >= 0:
        begin += len(spelling.newline)
        following = text[begin : begin + _WINDOW].partition(spelling.newline)[0]
        count += _is_of_dump(spelling.escape.sub(spelling.character, following))
        if count >= spelling.minimum:
            return True
        begin = text.find(spelling.newline, begin)
    return False


def _split(line: SourceLine, spelling: _Spelling) -> Iterator[SourceLine]:
    text = line.text
    first = text.partition(spelling.newline)[0]
    found = find_candidate(first)
    head = first[: found.start()] if found else first
    head = head if len(head) <= _MAX_HEAD else b""
    for part in line.divided(_slices(text, spelling.newline)):
        plain = part.substituted(spelling.escape, spelling.character, "escape", part.text)
        before = head if part.begin > line.begin else b""
        yield plain.edited([(0, 0, before)]).with_repair("escape", spelling.newline)


def _slices(text: bytes, newline: bytes) -> Iterator[tuple[int, int]]:
    """Yield begin and end of each text between two spelled newlines that is not empty."""
    begin = 0
    while begin < len(text):
        end = text.find(newline, begin)
        end = len(text) if end < 0 else end
        if begin < end:
            yield begin, end
        begin = end + len(newline)


def _with_tabs(line: SourceLine) -> SourceLine:
    """Return *line* with its control characters decoded, if only that makes it part of a dump."""
    for spelling in _SPELLINGS:
        if not spelling.escape.search(line.text):
            continue
        plain = line.substituted(spelling.escape, spelling.character, "escape", line.text)
        found, before = find_candidate(plain.text), find_candidate(line.text)
        is_earlier = found and (not before or found.start() < before.start())
        if is_earlier or (find_known_field(plain.text) and not find_known_field(line.text)):
            return plain
    return line


def _is_of_dump(text: bytes) -> bool:
    return bool(find_candidate(text) or find_known_field(text))
