"""Mappings as comma-separated values."""

from __future__ import annotations

import base64
import csv
from collections.abc import Iterable
from typing import TextIO

from procmaps.cli.style import name_text
from procmaps.json_format import USAGE_NUMBERS
from procmaps.records.mapping import Mapping

_HEADER = (
    "start", "end", "size", "perms", "offset", "major", "minor", "inode", "kind", "name",
    "name_base64",
)  # fmt: skip


def write(rows: Iterable[Mapping], stream: TextIO) -> None:
    r"""Write a header and one row a mapping; fields of smaps only where there are any.

    Addresses and the offset are hexadecimal, sizes bytes. ``name`` is for reading, with ``\xNN``
    for each byte that is not printable; ``name_base64`` is exact. A field not printed is empty.
    """
    rows = list(rows)
    printed = [
        field
        for field in USAGE_NUMBERS
        if any(row.usage is not None and getattr(row.usage, field) is not None for row in rows)
    ]
    # A field called size stands beside the size of the range.
    named = ("smaps_size" if field == "size" else field for field in printed)
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow((*_HEADER, *named))
    for row in rows:
        writer.writerow(
            (
                hex(row.start),
                hex(row.end),
                row.size,
                row.perms,
                hex(row.offset),
                row.device.major,
                row.device.minor,
                row.inode,
                row.name.kind,
                name_text(row.name.raw).plain,
                base64.b64encode(row.name.raw).decode("ascii"),
                *(getattr(row.usage, field, None) for field in printed),
            )
        )
