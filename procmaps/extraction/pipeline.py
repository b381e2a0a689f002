"""`extract`: find every dump in a text, and the order in which layers are removed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from procmaps._arguments import BytesOrStr, as_bytes
from procmaps.extraction.assembly import assemble
from procmaps.extraction.grouping import group_lines
from procmaps.extraction.layers import (
    adjacent_literals,
    ansi_escapes,
    base64_body,
    carriage_returns,
    charset,
    inode_suffixes,
    line_suffixes,
    line_wrapping,
    lost_newlines,
    markup,
    multiline_literals,
    quoted_printable,
    string_literals,
    table_cells,
    terminal_wrapping,
)
from procmaps.extraction.results import Extract
from procmaps.extraction.source_lines import SourceLine


class Layer(Protocol):
    """The function ``remove`` of a module in `procmaps.extraction.layers`."""

    def __call__(self, lines: Sequence[SourceLine], /) -> Iterable[SourceLine]:
        """Return the lines without the layer. A line that does not have it stays as it is."""
        ...


LAYERS: tuple[Layer, ...] = (
    # The transfer of the whole text: mail archives, Windows, terminal recordings.
    base64_body.remove,
    carriage_returns.remove,
    ansi_escapes.remove,
    quoted_printable.remove,
    # Literals: those over several lines, then neighbours that a compiler joins, then single lines.
    multiline_literals.remove,
    adjacent_literals.remove,
    string_literals.remove,
    # Pages, with what was inside their literals now in lines of its own.
    markup.remove,
    table_cells.remove,
    lost_newlines.remove,
    # Ends of lines, before the rest of a broken line is appended to them.
    line_suffixes.remove,
    inode_suffixes.remove,
    # Broken lines. A terminal's cuts come first: all are at one width, those of a mail are not.
    terminal_wrapping.remove,
    line_wrapping.remove,
)
"""Every layer, outermost first: the reverse of the order in which a text gets them.

Two layers are not in the table. `charset` is removed before there are lines. Prefixes stay
(`line_prefixes`), because grouping compares them and assembly cuts them off with the mapping known.
"""


def extract(data: BytesOrStr) -> tuple[Extract, ...]:
    """Return every dump of ``maps`` or ``smaps`` inside *data*, repaired, in the order of the text.

    A ``str`` is encoded as UTF-8 with surrogateescape. A text without a dump gives an empty tuple.
    No content of the text raises an error. A line inside a dump that is neither mapping nor field
    is listed in `Extract.skipped`, and every change in `Extract.repairs`.
    """
    lines = [*charset.decode(as_bytes(data))]
    for remove in LAYERS:
        lines = [*remove(lines)]
    return tuple(map(assemble, group_lines(lines)))
