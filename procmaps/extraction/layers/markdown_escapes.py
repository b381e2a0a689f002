r"""Backslashes that an editor of Markdown puts before punctuation: ``\[heap\]``, ``lib\_a.so``.

A backslash can be part of a path. The evidence is a label of the kernel's with such brackets; then
the whole text is Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from procmaps.extraction.source_lines import SourceLine

NEEDED = re.compile(rb"\\\[").search
"""What a text needs before this layer changes a line."""

_LABEL = re.compile(rb"(?<=[ \t])\\\[[a-z][a-z_:-]{2,64}\\\](?=[ \t\r]*\Z)")
"""A label at the end of a line, such as ``\\[vdso\\]``."""

_ESCAPE = re.compile(rb"\\([!-/:-@\[-`{-~])")
"""An escape of Markdown: a backslash before punctuation of ASCII. The kernel's have digits."""


def remove(lines: Sequence[SourceLine]) -> Iterable[SourceLine]:
    """Return the lines without these backslashes, if the text has a label with them."""
    if not any(b"\\[" in line.text and _LABEL.search(line.text) for line in lines):
        return lines
    return map(_without_escapes, lines)


def _without_escapes(line: SourceLine) -> SourceLine:
    if b"\\" not in line.text:
        return line
    return line.substituted(_ESCAPE, lambda found: found[1], "escape", b"\\")
