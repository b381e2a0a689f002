"""Dumps inside other text: crash reports, tombstones, logs, mails, source code.

`extract` undoes, layer by layer, what was done to a dump on its way into the text, from the
outermost layer to the innermost: Base64 and charset, what a terminal showed, transfer encoding,
the literals of programs, markup, tables, lost newlines, what was put behind lines, broken lines
(`wrapping`), prefixes (`prefixes`). Each has a module of its own. A mapping is whatever the grammar
reads, anywhere in a line.
"""

from __future__ import annotations

from procmaps._arguments import BytesOrStr, as_bytes
from procmaps.extraction import source_lines
from procmaps.extraction.assembly import clean
from procmaps.extraction.grouping import group
from procmaps.extraction.layers import (
    adjacent_literals,
    ansi_escapes,
    base64_body,
    carriage_returns,
    line_suffixes,
    lost_newlines,
    markup,
    multiline_literals,
    quoted_printable,
    string_literals,
    table_cells,
)
from procmaps.extraction.layers.line_wrapping import mend
from procmaps.extraction.results import Container, Entry, Extract, Undone, Unread, What

__all__ = ["Container", "Entry", "Extract", "Undone", "Unread", "What", "extract"]


def extract(data: BytesOrStr) -> tuple[Extract, ...]:
    """Find every dump of maps or smaps inside *data*, cleaned and parsed, in the order of the text.

    A ``str`` is encoded as UTF-8 with surrogateescape. Nothing is ever raised for what the text
    holds: a line between mappings that is not understood is listed in `Extract.unread`, and
    everything that was changed in `Extract.undone`. No dump in it gives an empty tuple.
    """
    coded = base64_body.decode([*source_lines.split(as_bytes(data))])
    plain = [*ansi_escapes.strip([*carriage_returns.strip([*coded])])]
    whole = adjacent_literals.join([*multiline_literals.take_apart(quoted_printable.decode(plain))])
    lines = [*string_literals.take_apart(whole)]
    lines = [*lost_newlines.split([*table_cells.take_apart(markup.strip(lines))])]
    return tuple(map(clean, group(mend(line_suffixes.strip(lines)))))
