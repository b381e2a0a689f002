"""Mappings whose columns are the cells of a table: Markdown, Jira, CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from procmaps.extraction import patterns
from procmaps.extraction.source_lines import Piece

_FRAME = b" \t|,;\"'"
"""What stands around a cell."""


def take_apart(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces, with spaces for what separates the cells of a mapping."""
    for piece in pieces:
        found = patterns.cells().search(piece.text)
        if not found:
            yield piece
            continue
        parts = patterns.parts(found)
        prefix = piece.text[: found.start()].rstrip(_FRAME)
        columns = b"%b-%b %b %b %b:%b %b " % tuple(parts[key] for key in patterns.COLUMNS)
        row = columns + parts.get("NAME", b"").strip(_FRAME)
        yield piece.changed(prefix + b" " * bool(prefix) + row, "cells", piece.text)
