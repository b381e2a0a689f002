"""Reduce a value: fewer characters, then plainer ones, as long as it still has its fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

_PLAINEST: Final = "0ax"
"""Characters that replace others, the plainest first."""


def reduce(value: bytes, has_fault: Callable[[bytes], bool]) -> bytes:
    """Return the simplest value found that *has_fault* accepts; *value* itself is accepted.

    No single character of the result can go, and none can become a plainer one. The search is delta
    debugging over characters, as `procmaps.check.shrinking` does over lines. A character of UTF-8
    is never cut.
    """
    text = value.decode("utf-8", "surrogateescape")
    while True:
        found = next(filter(lambda smaller: has_fault(_encoded(smaller)), _simpler(text)), None)
        if found is None:
            return _encoded(text)
        text = found


def _simpler(text: str) -> Iterator[str]:
    """Yield *text* without large parts, then without small ones, then with plainer characters."""
    size = len(text) // 2
    while size:
        for end in range(len(text), 0, -size):
            yield text[: max(0, end - size)] + text[end:]
        size //= 2
    for at, character in enumerate(text):
        rank = _PLAINEST.find(character)
        for plainer in _PLAINEST[: len(_PLAINEST) if rank < 0 else rank]:
            yield text[:at] + plainer + text[at + 1 :]


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
