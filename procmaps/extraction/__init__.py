"""Dumps inside other text: crash reports, tombstones, logs, mails, source code.

`extract` undoes, layer by layer, what was done to a dump on its way into the text, from the
outermost layer to the innermost: transfer encoding (`transfer`), string literals (`literals`),
broken lines (`wrapping`), prefixes (`prefixes`). A mapping is whatever the grammar reads,
anywhere in a line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from procmaps.extraction import literals, pieces, returns, transfer
from procmaps.extraction.cleaning import clean
from procmaps.extraction.grouping import group
from procmaps.extraction.records import Container, Entry, Extract, Undone, Unread, What
from procmaps.extraction.wrapping import Line, mend
from procmaps.texts import Text, raw

__all__ = ["Container", "Entry", "Extract", "Undone", "Unread", "What", "extract"]

_MARKUP = re.compile(rb"<(?:pre|br|p|code|html|div|td|span)\b[^<>]{0,200}>|</[a-z]{1,10}>|&[gl]t;")


def extract(data: Text) -> tuple[Extract, ...]:
    """Find every dump of maps or smaps inside *data*, cleaned and parsed, in the order of the text.

    A ``str`` is encoded as UTF-8 with surrogateescape. Nothing is ever raised for what the text
    holds: a line between mappings that is not understood is listed in `Extract.unread`, and
    everything that was changed in `Extract.undone`. No dump in it gives an empty tuple.
    """
    plain = [*returns.strip([*pieces.split(raw(data))])]
    lines = mend([*literals.take_apart(transfer.decode(plain))])
    markup = _is_markup(lines)
    return tuple(clean(found, markup=markup) for found in group(lines))


def _is_markup(lines: Sequence[Line]) -> bool:
    """Whether the text around the mappings is HTML."""
    return any(_MARKUP.search(line.prefix if line.hit else line.piece.text) for line in lines)
