"""Text in two or four bytes per character, as PowerShell writes the output of a command."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from procmaps.extraction.encoded_lines import split_encoded
from procmaps.extraction.search_hints import parts_to_read
from procmaps.extraction.source_lines import SourceLine, split

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 4096
_MIN_SAMPLE = 64


def decode(data: bytes) -> Iterator[SourceLine]:
    """Yield the lines of *data* that may be around a dump, in UTF-8 if it is UTF-16 or UTF-32.

    This layer works on bytes, because lines cannot be split before it is removed.
    """
    charset = _detect(data)
    if not charset:
        yield from split(data, parts_to_read(data))
        return
    for line in split_encoded(data, charset):
        yield line.with_repair("charset", charset.encode("ascii"))


def _detect(data: bytes) -> str:
    """Return the charset of *data* if it is UTF-16 or UTF-32, or an empty text.

    The evidence is a byte order mark, or a zero in every second byte. No dump or core file has
    that.
    """
    for mark, charset in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return charset
    sample = data[:_SAMPLE]
    if len(sample) < _MIN_SAMPLE:
        return ""
    for zero, charset in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros, others = sample[zero::2], sample[1 - zero :: 2]
        if zeros.count(0) * 10 >= len(zeros) * 9 and others.count(0) * 10 < len(others):
            return charset
    return ""
