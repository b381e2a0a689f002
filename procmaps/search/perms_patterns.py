"""Patterns of permissions: letters that must be set, or all four characters."""

from __future__ import annotations

import re

LETTERS = re.compile(r"[rwxpsS]+")
"""Letters that must be set."""

EXACT = re.compile(r"[r?-][w?-][x?-][psS?]")
"""All four characters, ``?`` for any."""


def check_perms(wanted: str) -> str:
    """Return *wanted* if it is a pattern of permissions. Raises `ValueError` with the forms."""
    if not (LETTERS.fullmatch(wanted) or EXACT.fullmatch(wanted)):
        raise ValueError(
            f"{wanted!r} is not permissions; give letters that must be set, such as wx, "
            "or all four characters, such as r-xp or ?w?p"
        )
    return wanted


def has_perms(text: str, wanted: str) -> bool:
    """Return whether permissions *text* match *wanted*, which `check_perms` accepts."""
    if EXACT.fullmatch(wanted):
        return all(asked in ("?", found) for asked, found in zip(wanted, text, strict=True))
    return all(letter in text for letter in wanted)
