"""Base64 (RFC 2045, 6.8) that a mail archive has not decoded."""

from __future__ import annotations

import binascii
import bisect
import itertools
import re
from collections.abc import Iterator, Sequence

from procmaps.extraction.source_lines import SourceLine

_DECLARATION = re.compile(rb"(?i)content-transfer-encoding:[ \t]*base64[ \t\r]*\Z")
_ENCODED = re.compile(rb"([A-Za-z0-9+/]+={0,2})[ \t\r]*\Z")


def remove(lines: Sequence[SourceLine]) -> Iterator[SourceLine]:
    """Yield the lines, with each body that a mail header declares as Base64 decoded."""
    index = 0
    while index < len(lines):
        line = lines[index]
        yield line
        index += 1
        if not _DECLARATION.match(line.text):
            continue
        # The rest of the header, and the empty lines after it.
        while index < len(lines) and lines[index].text.strip():
            yield lines[index]
            index += 1
        while index < len(lines) and not lines[index].text.strip():
            yield lines[index]
            index += 1
        end = index
        while end < len(lines) and _ENCODED.match(lines[end].text):
            end += 1
        yield from _decoded(lines[index:end])
        index = end


def _decoded(body: Sequence[SourceLine]) -> Iterator[SourceLine]:
    """Yield the lines that *body* encodes, each with the lines of the input that it spans."""
    code = [match[1] for line in body if (match := _ENCODED.match(line.text))]
    joined = b"".join(code).rstrip(b"=")
    # A single character after a group of four encodes no byte: the text was cut off there.
    joined = joined[: len(joined) - (len(joined) % 4 == 1)]
    try:
        text = binascii.a2b_base64(joined + b"=" * (-len(joined) % 4))
    except binascii.Error:
        yield from body
        return
    code_ends = [*itertools.accumulate(map(len, code))]
    begin = 0
    for decoded in text.removesuffix(b"\n").split(b"\n") if text else ():
        # Four characters encode three bytes.
        first = bisect.bisect_right(code_ends, begin * 4 // 3)
        last = bisect.bisect_right(
            code_ends, (begin + len(decoded)) * 4 // 3, hi=len(code_ends) - 1
        )
        spanned = body[first : last + 1]
        numbers = tuple(number for line in spanned for number in line.numbers)
        originals = tuple(original for line in spanned for original in line.originals)
        for part in decoded.split(b"\0"):
            yield SourceLine(part, numbers, originals).with_repair("base64")
        begin += len(decoded) + 1
