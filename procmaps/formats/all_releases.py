"""The releases in which something changed, as the tables tell."""

from __future__ import annotations

from collections.abc import Iterator

from procmaps.formats.header_line import TRAITS
from procmaps.formats.pseudo_names import PSEUDO_NAMES
from procmaps.formats.releases import Release, Span, releases_named
from procmaps.formats.smaps_fields import FIELDS, ORDERS
from procmaps.formats.vm_flags import LETTERLESS_BITS, VMFLAG_TABLE


def _spans() -> Iterator[Span]:
    yield from (trait.span for trait in TRAITS)
    for field in FIELDS.values():
        yield field.span
        yield from (line_format.span for line_format in field.formats)
    yield from (span for span, _ in ORDERS)
    for flag in VMFLAG_TABLE:
        yield flag.span
        yield from (place.span for place in flag.bits)
    yield from (bit.span for bit in LETTERLESS_BITS)
    yield from (name.span for name in PSEUDO_NAMES)


# Every release that bounds the existence of a header line's trait, a field, format, order, flag or
# name, oldest first.
RELEASES: tuple[Release, ...] = releases_named(_spans())
