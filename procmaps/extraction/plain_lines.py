"""Tell whether a text has lines beside its mappings and fields, without making objects of them."""

from __future__ import annotations

from collections.abc import Iterator

from procmaps.extraction.field_lines import find_known_field
from procmaps.extraction.listing_rows import find_weak_row
from procmaps.extraction.matches import is_plain
from procmaps.extraction.source_lines import LINE_END


def has_other_line(text: bytes, begin: int, end: int) -> bool:
    """Return whether a line between two bytes may be other text than a mapping or a field.

    It may be the rest of the line above. An empty line is none of these.
    """
    return any(
        line and not is_plain(line) and not find_known_field(line)
        for line in _lines(text, begin, end)
    )


def has_weak_row(text: bytes, begin: int, end: int) -> bool:
    """Return whether a line between two bytes may be a weak row: see `find_weak_row`."""
    return any(
        b"000" in line and not is_plain(line) and find_weak_row(line)
        for line in _lines(text, begin, end)
    )


def _lines(text: bytes, begin: int, end: int) -> Iterator[bytes]:
    for newline in LINE_END.finditer(text, begin, end):
        yield text[begin : newline.start()]
        begin = newline.end()
    yield text[begin:end]
