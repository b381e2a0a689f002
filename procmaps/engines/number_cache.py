"""Texts of numbers and their values, each parsed once."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence

from procmaps.grammar.parsed_line import ImpossibleValue

MAX_CACHED = 1 << 16
"""Texts that one `NumberCache` remembers."""


class NumberCache:
    """Parses texts of numbers. A dump repeats them, so it remembers what it has parsed."""

    def __init__(self, parse: Callable[[bytes], int], limit: int) -> None:
        """*limit* is the largest value accepted."""
        self._parse = parse
        self._limit = limit
        self._known: dict[bytes, int] = {}

    def numbers(self, typecode: str, texts: Sequence[bytes]) -> array[int]:
        """Return the values of *texts* as an array.

        Raises `ImpossibleValue` if a value is above the limit.
        """
        known = self._known
        if len(known) >= MAX_CACHED:
            known.clear()
        for text in dict.fromkeys(texts):
            if text not in known:
                known[text] = self._checked(text)
        return array(typecode, map(known.__getitem__, texts))

    def _checked(self, text: bytes) -> int:
        value = self._parse(text)
        if value > self._limit:
            raise ImpossibleValue("value", "above the limit")
        return value
