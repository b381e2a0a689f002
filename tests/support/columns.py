"""Columns as plain values, the same for every engine that read the same."""

from __future__ import annotations

from procmaps.engines.columns import Columns
from procmaps.engines.usage_table import ABSENT, MISSING

HEADERS = ("at", "start", "end", "perms", "offset", "major", "minor", "inode", "name")


def facts(columns: Columns) -> dict[str, object]:
    """What was read, by column; what stands below a header by mapping, shared or not."""
    bodies, below = columns.usage_table, columns.usage_row
    flags = [None if place == ABSENT else bodies.flags.texts[place] for place in columns.vm_flags]
    usage = {name: column.tolist() for name, column in columns.usage.items()}
    return {
        **{name: getattr(columns, name) for name in HEADERS},
        "names": columns.names.texts,
        "unparsed": columns.unparsed,
        "is there usage": columns.has_usage,
        "below": [row != 0 for row in below],
        "usage": {name: column for name, column in usage.items() if {*column} != {MISSING}},
        "vm_flags": flags,
        "extra": [bodies.extra.get(row) for row in below],
        "labels": [bodies.labels.get(row) for row in below],
    }


def difference(one: Columns, other: Columns) -> str | None:
    """The first column in which the two differ; None where none does."""
    left, right = facts(one), facts(other)
    return next((name for name, column in left.items() if column != right[name]), None)
