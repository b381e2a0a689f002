"""Blanks and dashes as mail programs, browsers and editors replace them."""

from __future__ import annotations

import re

NO_BREAK_SPACE = (
    rb"\xc3\x82\xc2\xa0|\xc2\xa0|\xa0|&nbsp;|&#160;|\xc2(?= )|(?<!A)A{1,64}+(?= )"
    rb"|\xe2\x80[\x80-\x8b\xaf]|\xe2\x81\x9f|\xe3\x80\x80|\xef\xbb\xbf"
)
"""A space that is not U+0020.

A no-break space in UTF-8, in UTF-8 encoded twice, in Latin-1 and in HTML. ``A`` is a no-break space
whose UTF-8 was read as Latin-1 (an A with a circumflex, then a blank) and then reduced to ASCII.
The last line has the other spaces of Unicode in UTF-8.
"""

BLANK = r"(?:[ \t]|" + NO_BREAK_SPACE.decode("latin-1") + ")"
"""One blank of any kind, as a pattern in Latin-1."""

MAX_BLANKS = 64
"""Upper bound for blanks between two columns. It keeps the search linear on hostile text."""

DASH = re.compile(rb"-|\xe2(?:\x80[\x90-\x95]|\x88\x92)|\x96")
"""A hyphen, or a dash that replaced it: Unicode's in UTF-8, or the one of Windows-1252."""

_NOT_A_SPACE = re.compile(rb"\t|" + NO_BREAK_SPACE)


def as_spaces(text: bytes) -> bytes:
    """Return *text* with each blank of any kind replaced by one space."""
    return _NOT_A_SPACE.sub(_spaces, text)


def _spaces(blank: re.Match[bytes]) -> bytes:
    return b" " * (blank[0].count(b"A") or 1)
