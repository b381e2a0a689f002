"""Mappings as comma-separated values."""

from __future__ import annotations

import base64
import csv
from collections.abc import Sequence
from typing import TextIO

from procmaps.json_format import USAGE_NUMBERS
from procmaps.printable import csv_cell
from procmaps.records.mapping import Mapping

_HEADER = (
    "target", "start", "end", "size", "perms", "offset", "major", "minor", "inode", "kind", "name",
    "name_base64",
)  # fmt: skip


def write_csv(tables: Sequence[tuple[str, Sequence[Mapping]]], stream: TextIO) -> None:
    r"""Write a header, and one line for each mapping of each target.

    Addresses and the offset are hexadecimal, sizes are bytes. ``name`` is for people, with ``\xNN``
    for each unprintable byte, and an apostrophe before a name that begins
    like a formula; ``name_base64`` is exact. There is a column for each smaps field that
    any mapping has. It is empty for a mapping without the field.
    """
    usages = [row.usage for _, rows in tables for row in rows if row.usage is not None]
    fields = [
        field
        for field in USAGE_NUMBERS
        if any(getattr(usage, field) is not None for usage in usages)
    ]
    # "size" is the size of the range.
    named = ("smaps_size" if field == "size" else field for field in fields)
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow((*_HEADER, *named))
    for target, rows in tables:
        shown = csv_cell(target)
        for row in rows:
            writer.writerow(
                (
                    shown,
                    hex(row.start),
                    hex(row.end),
                    row.size,
                    row.perms,
                    hex(row.offset),
                    row.device.major,
                    row.device.minor,
                    row.inode,
                    row.name.kind,
                    csv_cell(row.name.raw),
                    base64.b64encode(row.name.raw).decode("ascii"),
                    *(getattr(row.usage, field, None) for field in fields),
                )
            )
