"""The reason why a line inside a dump is neither mapping nor field."""

from __future__ import annotations

import re

from procmaps.extraction import patterns
from procmaps.extraction.field_lines import find_known_field
from procmaps.extraction.listing_rows import is_hole
from procmaps.extraction.matches import find_partial
from procmaps.extraction.results import SkipReason

_RANGE = re.compile(rb"(?<![0-9A-Za-z])[0-9A-Fa-f]{4,16}-(?:0x)?[0-9A-Fa-f]{4,16}[ \t]")
"""Two addresses, as a mapping begins."""

DAMAGED: frozenset[SkipReason] = frozenset({"malformed", "impossible numbers", "cut off"})
"""The reasons that show a mapping that was damaged."""


def reason_unread(text: bytes, *, is_cut_off: bool = False) -> SkipReason:
    """Return why *text* was not read as a mapping or a field.

    *is_cut_off* says that its rest is missing, although it may look complete.
    """
    if is_cut_off:
        return "cut off"
    if is_hole(text):
        return "not mapped"
    if any(pattern.line.search(text) for pattern in patterns.all_formats()):
        return "impossible numbers"
    if find_partial(text) >= 0:
        return "cut off"
    if _RANGE.search(text):
        return "malformed"
    return "field of no mapping" if find_known_field(text) else "other text"
