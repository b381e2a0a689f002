"""Mappings with their columns in the cells of a table: Markdown, Jira, CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from procmaps.extraction import patterns
from procmaps.extraction.source_lines import SourceLine

_BORDER = b" \t|,;\"'"
"""Characters around the text of a cell."""


def remove(lines: Sequence[SourceLine]) -> Iterator[SourceLine]:
    """Yield the lines, with spaces between the cells of a mapping."""
    for line in lines:
        found = patterns.table_row().search(line.text)
        if not found:
            yield line
            continue
        parts = patterns.captured(found)
        prefix = line.text[: found.start()].rstrip(_BORDER)
        columns = b"%b-%b %b %b %b:%b %b " % tuple(parts[key] for key in patterns.COLUMNS)
        row = columns + parts.get("NAME", b"").strip(_BORDER)
        yield line.with_text(prefix + b" " * bool(prefix) + row, "cells", line.text)
