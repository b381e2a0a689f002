"""Columns as plain values, for comparing engines."""

from __future__ import annotations

from procmaps.engines.column_buffers import ColumnBuffers
from procmaps.engines.columns import view_columns
from procmaps.engines.extra_lines import extra_fields, label_text
from procmaps.engines.usage_block_table import ABSENT, MISSING

HEADERS = (
    "line_offset", "start", "end", "perms", "offset", "major", "minor", "inode", "name_index",
)  # fmt: skip


def facts(buffers: ColumnBuffers) -> dict[str, object]:
    """Return the contents by column, and the field lines by mapping, whether shared or not."""
    columns, table = view_columns(buffers), buffers.usage_table
    flags = [None if index == ABSENT else columns.flags[index] for index in columns.flags_index]
    usage = {name: column.tolist() for name, column in columns.usage.items()}
    return {
        **{name: getattr(columns, name).tolist() for name in HEADERS},
        "names": columns.names,
        "unparsed": columns.unparsed,
        "has_usage": buffers.has_usage,
        "has field lines": [row != 0 for row in buffers.usage_row],
        "usage": {name: column for name, column in usage.items() if {*column} != {MISSING}},
        "flags": flags,
        "extra": [[*extra_fields(buffers, row)] for row in buffers.usage_row],
        "has extra": [row in table.extra for row in buffers.usage_row],
        "labels": [label_text(buffers, row) for row in buffers.usage_row],
    }


def difference(one: ColumnBuffers, other: ColumnBuffers) -> str | None:
    """Return the first column in which the two differ, or None."""
    left, right = facts(one), facts(other)
    return next((name for name, column in left.items() if column != right[name]), None)
