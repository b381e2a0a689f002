"""Control sequences of a terminal (ECMA-48): colours, and a shell's reports about its prompt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from procmaps.extraction.source_lines import SourceLine

NEEDED = re.compile(rb"\x1b").search
"""What a text needs before this layer changes a line."""

_SEQUENCE = re.compile(
    rb"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]"
    rb"|\][^\x07\x1b]{0,1024}(?:\x07|\x1b\\)"
    rb"|[()][0-9A-Za-z]|[=>78])"
)
_COLOURED_NAME = re.compile(rb"(?:%b)+[^\x1b]+(?:%b)+" % (_SEQUENCE.pattern, _SEQUENCE.pattern))


def remove(lines: Sequence[SourceLine]) -> Iterator[SourceLine]:
    """Yield the lines without control sequences.

    A name may contain them, too. So they are removed only if one of them is outside all names. A
    name that begins and ends with one is cleaned in any case: ``grep --color`` paints names so.
    """
    is_recording = any(_SEQUENCE.search(line.text) and not _are_all_in_name(line) for line in lines)
    for line in lines:
        if b"\x1b" in line.text and (is_recording or _is_name_coloured(line)):
            yield line.substituted(_SEQUENCE, lambda _: b"", "terminal", line.text)
        else:
            yield line


def _are_all_in_name(line: SourceLine) -> bool:
    match = line.match
    return match is not None and not _SEQUENCE.search(line.text[: len(line.text) - len(match.name)])


def _is_name_coloured(line: SourceLine) -> bool:
    return line.match is not None and _COLOURED_NAME.fullmatch(line.match.name) is not None
