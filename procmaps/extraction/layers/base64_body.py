"""Base64 (RFC 2045, 6.8) that a mail archive has not decoded."""

from __future__ import annotations

import binascii
import bisect
import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence

from procmaps.extraction.layers.line_prefixes import content_start
from procmaps.extraction.line_store import stored
from procmaps.extraction.lookahead import Lookahead
from procmaps.extraction.source_lines import LINE_END, SourceLine, decoded

_DECLARATION = re.compile(rb"(?i)(.{0,64}?)content-transfer-encoding:[ \t]*base64[ \t\r]*\Z")
NEEDED = re.compile(rb"[bB][aA][sS][eE]64").search
"""What a text needs before this layer changes a line."""

_ENCODED = re.compile(rb"([A-Za-z0-9+/]+={0,2})[ \t\r]*\Z")


def remove(lines: Iterable[SourceLine]) -> Iterator[SourceLine]:
    """Yield the lines, with each body that a mail header declares as Base64 decoded."""
    rest = Lookahead(lines)
    for line in rest:
        yield line
        declaration = _DECLARATION.match(line.text)
        if declaration:
            prefix = declaration[1]
            # The rest of the header, and the empty lines after it.
            yield from _take_while(rest, lambda text: bool(text.strip()), prefix)
            yield from _take_while(rest, lambda text: not text.strip(), prefix)
            body = _take_while(rest, lambda text: _ENCODED.match(text) is not None, prefix)
            yield from _decoded(stored(_content(line, prefix) for line in body))


def _take_while(
    rest: Lookahead, is_wanted: Callable[[bytes], bool], prefix: bytes
) -> Iterator[SourceLine]:
    """Take the next lines as long as their text after *prefix* is wanted."""
    while (line := rest.next_line()) and is_wanted(_content(line, prefix).text):
        yield next(rest)


def _content(line: SourceLine, prefix: bytes) -> SourceLine:
    """Return *line* without the text that is before each line of the mail."""
    return line.cut(content_start(line.text, prefix), len(line.text))


def _decoded(body: Sequence[SourceLine]) -> Iterator[SourceLine]:
    """Yield the lines that *body* encodes, each with the lines of the input that it spans."""
    code = bytearray()
    starts = array("Q", [0])
    for line in body:
        if match := _ENCODED.match(line.text):
            code += match[1]
            starts.append(len(code))
    del code[len(code.rstrip(b"=")) :]
    # A single character after a group of four encodes no byte: the text was cut off there.
    del code[len(code) - (len(code) % 4 == 1) :]
    code += b"=" * (-len(code) % 4)
    try:
        text = binascii.a2b_base64(code)
    except binascii.Error:
        yield from body
        return
    begin = 0
    while begin < len(text) or not begin:
        newline = LINE_END.search(text, begin)
        end = newline.end() if newline else len(text)
        # Four characters encode three bytes. The last line takes the padding, too.
        stop = starts[-1] if end == len(text) else end * 4 // 3
        spanned = [*_slices(body, starts, begin * 4 // 3, stop)]
        if spanned:
            yield decoded(spanned, text[begin:end].rstrip(b"\n\0"), "base64")
        begin = max(end, 1)


def _slices(
    body: Sequence[SourceLine], starts: Sequence[int], begin: int, end: int
) -> Iterator[SourceLine]:
    """Yield the parts of *body* with the characters from *begin* to *end* of the code."""
    index = bisect.bisect_right(starts, begin) - 1
    while index < len(body) and starts[index] < end:
        line, start, stop = body[index], starts[index], starts[index + 1]
        # Blanks after the code go with its end.
        high = len(line.text) if end >= stop else end - start
        yield line.part(max(0, begin - start), high, is_last=end >= stop)
        index += 1
