"""Text in two or four bytes a character, as PowerShell writes what a command prints."""

from __future__ import annotations

import codecs

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 4096
_SHORTEST = 64


def charset(data: bytes) -> str:
    """The charset of *data* if it is UTF-16 or UTF-32; empty where it is not.

    Its first character says so; or every second byte is zero, as in no dump and in no core file.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    sample = data[:_SAMPLE]
    if len(sample) < _SHORTEST:
        return ""
    for zero, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros, others = sample[zero::2], sample[1 - zero :: 2]
        if zeros.count(0) * 10 >= len(zeros) * 9 and others.count(0) * 10 < len(others):
            return name
    return ""
