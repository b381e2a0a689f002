"""Replace text in a long line with little memory."""

from __future__ import annotations

import re
from collections.abc import Callable

_SHORT = 1024
"""Bytes of a text for which `re.sub` is fine: it keeps two objects for each match until the end."""


def substituted(
    pattern: re.Pattern[bytes], replacement: Callable[[re.Match[bytes]], bytes], text: bytes
) -> bytes:
    """Return *text* with each match of *pattern* replaced by what *replacement* returns for it."""
    if len(text) <= _SHORT:
        return pattern.sub(replacement, text)
    result = bytearray()
    done = 0
    for found in pattern.finditer(text):
        result += text[done : found.start()]
        result += replacement(found)
        done = found.end()
    result += text[done:]
    return bytes(result)
