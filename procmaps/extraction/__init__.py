"""Dumps inside other text: crash reports, tombstones, logs, mails, source code.

`extract` undoes, layer by layer, what was done to a dump on its way into the text, from the
outermost layer to the innermost: Base64 and charset, what a terminal showed, transfer encoding,
the literals of programs, markup, tables, lost newlines, what was put behind lines, broken lines
(`wrapping`), prefixes (`prefixes`). Each has a module of its own. A mapping is whatever the grammar
reads, anywhere in a line.
"""

from __future__ import annotations

from procmaps.extraction import (
    adjacent,
    base64_parts,
    blocks,
    cells,
    joined,
    literals,
    markup,
    pieces,
    returns,
    suffixes,
    terminal,
    transfer,
)
from procmaps.extraction.cleaning import clean
from procmaps.extraction.grouping import group
from procmaps.extraction.records import Container, Entry, Extract, Undone, Unread, What
from procmaps.extraction.wrapping import mend
from procmaps.texts import Text, raw

__all__ = ["Container", "Entry", "Extract", "Undone", "Unread", "What", "extract"]


def extract(data: Text) -> tuple[Extract, ...]:
    """Find every dump of maps or smaps inside *data*, cleaned and parsed, in the order of the text.

    A ``str`` is encoded as UTF-8 with surrogateescape. Nothing is ever raised for what the text
    holds: a line between mappings that is not understood is listed in `Extract.unread`, and
    everything that was changed in `Extract.undone`. No dump in it gives an empty tuple.
    """
    coded = base64_parts.decode([*pieces.split(raw(data))])
    plain = [*terminal.strip([*returns.strip([*coded])])]
    whole = adjacent.join([*blocks.take_apart(transfer.decode(plain))])
    lines = [*literals.take_apart(whole)]
    lines = [*joined.split([*cells.take_apart(markup.strip(lines))])]
    return tuple(map(clean, group(mend(suffixes.strip(lines)))))
