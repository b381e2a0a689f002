"""Blanks and dashes as mail programs, browsers and editors replace them."""

from __future__ import annotations

import re

from procmaps.extraction.substitution import substituted

_SURE = (
    rb"\xc3\x82\xc2\xa0|\xc2\xa0|\xa0|&nbsp;|&#160;|\xc2(?= )"
    rb"|\xe2\x80[\x80-\x8b\xaf]|\xe2\x81\x9f|\xe3\x80\x80|\xef\xbb\xbf"
)
NO_BREAK_SPACE = _SURE + rb"|(?<!A)A{1,64}+(?= )"
"""A space that is not U+0020.

A no-break space in UTF-8, in UTF-8 encoded twice, in Latin-1 and in HTML. ``A`` is a no-break space
whose UTF-8 was read as Latin-1 (an A with a circumflex, then a blank) and then reduced to ASCII.
The last line has the other spaces of Unicode in UTF-8.
"""

BLANK = r"(?:[ \t]|" + NO_BREAK_SPACE.decode("latin-1") + ")"
"""One blank of any kind, as a pattern in Latin-1."""

_LEADING = re.compile(rb"(?:[ \t\r]|%b|A{1,64}+(?=[ \t]++[/\[]))*+" % _SURE)
_TRAILING = (b" ", b"\t", b"\r", b"\xc2\xa0", b"&nbsp;", b"&#160;")

MAX_BLANKS = 64
"""Upper bound for blanks between two columns. It keeps the search linear on hostile text."""

CELL_END = b"\x1f"
"""The end of a cell whose table has no character for it: ASCII's unit separator."""

DASH = re.compile(rb"-|\xe2(?:\x80[\x90-\x95]|\x88\x92)|\x96")
"""A hyphen, or a dash that replaced it: Unicode's in UTF-8, or the one of Windows-1252."""

_NOT_A_SPACE = re.compile(rb"\t[ \t]*+|" + NO_BREAK_SPACE)
_TAB = b"\t"


def as_spaces(text: bytes) -> bytes:
    """Return *text* with each blank of any kind replaced by one space."""
    return substituted(_NOT_A_SPACE, _spaces, text)


def _spaces(blank: re.Match[bytes]) -> bytes:
    is_tab = blank[0].startswith(_TAB)
    return b" " * (len(blank[0]) if is_tab else blank[0].count(b"A") or 1)


def strip_blanks(text: bytes) -> bytes:
    """Return *text* without blanks of any kind at its ends.

    Inside, a letter ``A`` before a space is no blank: a name may end in it.
    """
    begin = _LEADING.match(text)
    end = len(text)
    while text.endswith(_TRAILING, 0, end):
        end -= next(len(blank) for blank in _TRAILING if text.endswith(blank, 0, end))
    return text[begin.end() if begin else 0 : end]
