"""All releases at which some table changes."""

from __future__ import annotations

from collections.abc import Iterator

from procmaps.formats.header_line import CHANGES
from procmaps.formats.pseudo_names import PSEUDO_NAMES
from procmaps.formats.releases import Release, Span, releases_named
from procmaps.formats.smaps_fields import FIELDS, ORDERS
from procmaps.formats.vm_flags import UNNAMED_BITS, VM_FLAG_TABLE


def _spans() -> Iterator[Span]:
    yield from (change.span for change in CHANGES)
    for field in FIELDS.values():
        yield field.span
        yield from (line_format.span for line_format in field.formats)
    yield from (span for span, _ in ORDERS)
    for flag in VM_FLAG_TABLE:
        yield flag.span
        yield from (position.span for position in flag.positions)
    yield from (bit.span for bit in UNNAMED_BITS)
    yield from (name.span for name in PSEUDO_NAMES)


RELEASES: tuple[Release, ...] = releases_named(_spans())
"""Every release at which some row of a table begins or ends, oldest first."""
