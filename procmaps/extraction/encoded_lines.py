"""The lines of a text in two or four bytes per character, in UTF-8."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from procmaps.extraction.provenance import Run, Runs
from procmaps.extraction.search_hints import parts_to_read
from procmaps.extraction.source_lines import Source, SourceLine


def split_encoded(data: bytes, charset: str) -> Iterator[SourceLine]:
    """Yield the lines of *data* that may be around a dump, in UTF-8.

    *charset* is UTF-16 or UTF-32 of one byte order. A NUL ends a line, too.
    """
    source = Source(data, "\n".encode(charset))
    wanted = _wanted_lines(_in_utf8(data, charset))
    for index, (begin, end) in enumerate(_whole_lines(source)):
        while wanted and wanted[0].stop <= index:
            del wanted[0]
        if wanted and index in wanted[0]:
            yield from _line(source, charset, begin, end)


def _in_utf8(data: bytes, charset: str) -> bytes:
    return data.decode(charset, "replace").encode("utf-8", "replace")


def _wanted_lines(text: bytes) -> list[range]:
    """Return the indices of the lines of *text* that may be around a dump, in order."""
    found: list[range] = []
    done = first = 0
    for begin, end in parts_to_read(text):
        first += text.count(b"\n", done, begin)
        last = first + text.count(b"\n", begin, end)
        found.append(range(first, last + 1))
        done, first = end, last
    return found


def _whole_lines(source: Source) -> Iterator[tuple[int, int]]:
    """Yield begin and end of each line, without its newline."""
    begin = 0
    for end in itertools.chain(source.newlines(0, len(source.data)), [len(source.data)]):
        yield begin, end
        begin = end + len(source.newline)


def _line(source: Source, charset: str, begin: int, end: int) -> Iterator[SourceLine]:
    """Yield the texts of a line that a NUL ends."""
    for text in source.data[begin:end].decode(charset, "replace").split("\0"):
        stop = min(begin + len(text.encode(charset, "replace")), end)
        plain = text.encode("utf-8", "replace")
        yield SourceLine(plain, source, Runs([Run(len(plain), begin, stop)]))
        begin = stop + len(source.newline)
