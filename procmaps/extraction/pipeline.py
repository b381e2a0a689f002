"""`extract`: find every dump in a text, and the order in which layers are removed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeGuard

from procmaps._arguments import BytesOrStr, as_bytes
from procmaps.extraction.extracts import Extract
from procmaps.extraction.grouping import group_lines
from procmaps.extraction.layers import (
    adjacent_literals,
    ansi_escapes,
    base64_body,
    box_drawing,
    carriage_returns,
    charset,
    folded_literals,
    inode_suffixes,
    line_padding,
    line_suffixes,
    line_wrapping,
    listing_context,
    logger_escapes,
    lost_newlines,
    markdown_escapes,
    markup,
    multiline_literals,
    name_marks,
    quoted_printable,
    segment_names,
    string_literals,
    table_cells,
    terminal_wrapping,
    traced_calls,
    url_encoding,
)
from procmaps.extraction.line_store import LineStore, Search, stored
from procmaps.extraction.source_lines import SourceLine


class Layer(Protocol):
    """The function ``remove`` of a module in `procmaps.extraction.layers`."""

    def __call__(self, lines: Sequence[SourceLine], /) -> Iterable[SourceLine]:
        """Return the lines without the layer. A line that does not have it stays as it is."""
        ...


class Stream(Protocol):
    """A layer that reads its lines once and in order, so that it needs no store before it."""

    def __call__(self, lines: Iterable[SourceLine], /) -> Iterable[SourceLine]:
        """Do what `Layer` does."""
        ...


LAYERS: tuple[Layer, ...] = (
    # The transfer of the whole text: mail archives, Windows, terminal recordings.
    base64_body.remove,
    carriage_returns.remove,
    ansi_escapes.remove,
    quoted_printable.remove,
    url_encoding.remove,
    # The log of strace, where a literal continues in a later line.
    traced_calls.remove,
    # Literals: those over several lines, then neighbours that a compiler joins, then single lines.
    folded_literals.remove,
    multiline_literals.remove,
    adjacent_literals.remove,
    string_literals.remove,
    logger_escapes.remove,
    # Pages, with what was inside their literals now in lines of its own.
    markup.remove,
    markdown_escapes.remove,
    lost_newlines.remove,
    box_drawing.remove,
    table_cells.remove,
    name_marks.remove,
    # Ends of lines, before the rest of a broken line is appended to them.
    line_padding.remove,
    line_suffixes.remove,
    inode_suffixes.remove,
    # Broken lines. A terminal's cuts come first: all are at one width, those of a mail are not.
    terminal_wrapping.remove,
    line_wrapping.remove,
    # Rows of other programs' listings that others explain.
    segment_names.remove,
    listing_context.remove,
)
"""Every layer, outermost first: the reverse of the order in which a text gets them.

Two layers are not in the table. `charset` is removed before there are lines. Prefixes stay
(`line_prefixes`), because grouping compares them and assembly cuts them off with the mapping known.
"""


STREAMS: frozenset[Stream] = frozenset(
    (
        base64_body.remove,
        url_encoding.remove,
        traced_calls.remove,
        multiline_literals.remove,
        adjacent_literals.remove,
        string_literals.remove,
        logger_escapes.remove,
        lost_newlines.remove,
        name_marks.remove,
        inode_suffixes.remove,
        segment_names.remove,
    )
)
"""The layers that can read the result of the layer before them, without a store between."""


NEEDED: dict[Layer, Search] = {
    base64_body.remove: base64_body.NEEDED,
    carriage_returns.remove: carriage_returns.NEEDED,
    ansi_escapes.remove: ansi_escapes.NEEDED,
    quoted_printable.remove: quoted_printable.NEEDED,
    url_encoding.remove: url_encoding.NEEDED,
    traced_calls.remove: traced_calls.NEEDED,
    folded_literals.remove: folded_literals.NEEDED,
    multiline_literals.remove: multiline_literals.NEEDED,
    adjacent_literals.remove: adjacent_literals.NEEDED,
    string_literals.remove: string_literals.NEEDED,
    logger_escapes.remove: logger_escapes.NEEDED,
    markup.remove: markup.NEEDED,
    markdown_escapes.remove: markdown_escapes.NEEDED,
    box_drawing.remove: box_drawing.NEEDED,
    table_cells.remove: table_cells.NEEDED,
    name_marks.remove: name_marks.NEEDED,
    line_padding.remove: line_padding.NEEDED,
    inode_suffixes.remove: inode_suffixes.NEEDED,
    terminal_wrapping.remove: terminal_wrapping.NEEDED,
    line_wrapping.remove: line_wrapping.NEEDED,
    segment_names.remove: segment_names.NEEDED,
    listing_context.remove: listing_context.NEEDED,
}
"""What a text needs before a layer changes a line of it: without that, the layer is left out.

Most texts have few layers, and to search them is much faster than to make objects of their lines.
"""


def extract(data: BytesOrStr) -> tuple[Extract, ...]:
    """Return every dump of ``maps`` or ``smaps`` inside *data*, repaired, in the order of the text.

    A ``str`` is encoded as UTF-8 with surrogateescape. A text without a dump gives an empty tuple.
    No content of the text raises an error. A line inside a dump that is neither mapping nor field
    is listed in `Extract.skipped`, and every change in `Extract.repairs`.
    """
    return tuple(map(Extract, group_lines(_without_layers(as_bytes(data)))))


def _without_layers(data: bytes) -> LineStore:
    """Return the lines of *data* that may be around a dump, without any layer."""
    before = stored(charset.decode(data))
    lines: Iterable[SourceLine] = before
    for remove in LAYERS:
        needed = NEEDED.get(remove)
        if not _is_stream(remove):
            lines = before = stored(lines, before)
        if lines is before and needed and not before.may_have(needed):
            continue
        lines = remove(lines) if _is_stream(remove) else remove(before)
    return stored(lines, before)


def _is_stream(remove: Layer) -> TypeGuard[Stream]:
    return remove in STREAMS
