"""Text of dumps and parsers as Markdown, in which no byte of it is markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from procmaps.printable import visible

_BLANKS: Final = re.compile(r"(?<= ) | (?= )|^ | $")
"""Spaces that a browser would merge with others or drop."""
_SPECIAL: Final = re.compile(r"[\\`*_{}\[\]<>|#&~]")


def code(text: str) -> str:
    """Return *text* as a code span for a table cell; spaces that would vanish become ``␠``."""
    shown = _BLANKS.sub("␠", visible(text))
    # In a table, a vertical bar divides cells even in a code span.
    shown = shown.replace("|", "\\|")
    fence = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def plain(text: str) -> str:
    """Return *text* with the characters escaped that Markdown or HTML would interpret."""
    return _SPECIAL.sub(lambda match: "\\" + match[0], visible(text.replace("\n", " ")))


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, right: int = 0) -> str:
    """Return a table. The last *right* columns are aligned to the right."""
    left = len(head) - right
    lines = [head, [*["---"] * left, *["--:"] * right], *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
