"""Lines packed into bytes: a block of lines needs a fraction of the memory of its objects.

`marshal` is the fastest of the standard library's formats for tuples of numbers and bytes. What it
writes never leaves the process.

Tuples are made of lists, not of generators. `tuple` does not know the length of a generator, so it
allocates ten places and shrinks the result. The interpreter keeps up to 2000 freed tuples of each
length for reuse (``PyTuple_MAXFREELIST``, CPython 3.11), and those shrunk ones only fill that list:
some 100 KB for each length, which is several times a small text.
"""

from __future__ import annotations

import itertools
import marshal
from collections.abc import Iterable, Sequence

from procmaps.extraction.compression import compress, decompress
from procmaps.extraction.provenance import Run, Runs
from procmaps.extraction.results import Doubt, DoubtKind, Repair, RepairKind
from procmaps.extraction.source_lines import Source, SourceLine

_MAX_PATTERN = 4096
"""Bytes of a dictionary."""

_Repair = tuple[int, RepairKind, bytes | int]
_Doubt = tuple[int, DoubtKind, bytes | int]
_Fields = tuple[
    bytes | int, tuple[int, ...], tuple[_Repair, ...], bytes, tuple[_Doubt, ...], str, bool
]
"""A line: its text, or the size of a copy; the numbers of its runs; the other attributes."""


def pack(lines: Iterable[SourceLine], like: bytes) -> bytes:
    """Return *lines* as bytes, for `unpack`.

    *like* is what `pattern` returned for other lines. Lines of a dump are much alike, so a few of
    them are a good dictionary for all others.
    """
    return compress(_dumped(lines), like)


def pattern(lines: Iterable[SourceLine]) -> bytes:
    """Return the dictionary of the compression for lines like *lines*."""
    return _dumped(lines)[:_MAX_PATTERN]


def unpack(packed: bytes, like: bytes, source: Source) -> list[SourceLine]:
    """Return the lines of *source* that `pack` packed."""
    return [_line(each, source) for each in _undumped(packed, like)]


def unpack_texts(packed: bytes, like: bytes, source: Source) -> list[bytes]:
    """Return only the texts of the lines that `pack` packed."""
    return [_text(each[0], each[1], source) for each in _undumped(packed, like)]


def _undumped(packed: bytes, like: bytes) -> list[_Fields]:
    fields: list[_Fields] = marshal.loads(decompress(packed, like))  # noqa: S302 - by `pack`
    return fields


def _text(text: bytes | int, numbers: tuple[int, ...], source: Source) -> bytes:
    """Return the text of a line, which is a part of the input if *text* is its size."""
    return source.data[numbers[0] : numbers[0] + text] if isinstance(text, int) else text


def _dumped(lines: Iterable[SourceLine]) -> bytes:
    return marshal.dumps([_fields(line) for line in lines])


def _fields(line: SourceLine) -> _Fields:
    shortened = line.source.long_texts.shortened
    if line.is_copy:
        text: bytes | int = len(line.text)
        numbers: tuple[int, ...] = (line.begin,)
    else:
        text = line.text
        numbers = (*itertools.chain.from_iterable(line.runs),)
    return (
        text,
        numbers,
        tuple([(each.line, each.kind, shortened(each.detail)) for each in line.repairs]),
        line.context,
        tuple([(each.line, each.kind, shortened(each.text)) for each in line.doubts]),
        line.listing,
        line.is_cut_off,
    )


def _line(fields: _Fields, source: Source) -> SourceLine:
    text, numbers, repairs, context, doubts, listing, is_cut_off = fields
    whole = source.long_texts.whole
    place = numbers[0] if isinstance(text, int) else _runs(numbers)
    return SourceLine(
        _text(text, numbers, source),
        source,
        place,
        tuple([Repair(number, kind, whole(detail)) for number, kind, detail in repairs]),
        context,
        tuple([Doubt(number, kind, whole(detail)) for number, kind, detail in doubts]),
        listing,
        is_cut_off,
    )


def _runs(numbers: Sequence[int]) -> Runs:
    each = iter(numbers)
    return Runs(map(Run, each, each, each))
