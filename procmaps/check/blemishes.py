"""Differences of appearance: the value is right, and only how it is shown differs."""

from __future__ import annotations

import re
from typing import Final, cast

from procmaps.check.usage_fields import FieldValue
from procmaps.check.verdicts import Blemish

_CONTROL: Final = re.compile(rb"[\x00-\x1f\x7f]")
_UNPRINTABLE: Final = re.compile(rb"[^\x20-\x7e]+")

# A replacement of unprintable bytes: other such bytes, question marks, \n \033 \x1b \u202e, ^[.
_SHOWN: Final = re.compile(
    rb"(?:[^\x20-\x7e]|\?|\\(?:x[0-9a-fA-F]{2}|u\{?[0-9a-fA-F]{1,8}\}?|[0-7]{1,3}|[a-z])|\^[@-_?])*+"
)


def blemish_of_text(expected: bytes, got: bytes) -> Blemish:
    """Return how *got* shows *expected*; empty if a printable byte differs, or one is missing."""
    if _CONTROL.search(expected) and _CONTROL.sub(b"?", expected) == got:
        return "control-characters"
    return "harmless" if _shows(expected, got) else ""


def _shows(expected: bytes, got: bytes) -> bool:
    """Whether *got* differs only where *expected* has bytes that are not printable ASCII."""
    first, *others = _UNPRINTABLE.split(expected)
    if not others or not got.startswith(first):
        return False
    *middle, last = others
    if not got.endswith(last) or len(got) < len(first) + len(last):
        return False
    at, end = len(first), len(got) - len(last)
    for part in middle:
        found = got.find(part, at, end)
        if found < 0 or not _SHOWN.fullmatch(got, at, found):
            return False
        at = found + len(part)
    return _SHOWN.fullmatch(got, at, end) is not None


def blemish_of_field(expected: FieldValue, got: object) -> Blemish:
    """Return ``harmless`` for the same flags in another order, otherwise nothing."""
    if not isinstance(expected, tuple) or not isinstance(got, tuple):
        return ""
    words = cast("tuple[bytes, ...]", got)
    return "harmless" if sorted(expected) == sorted(words) else ""
