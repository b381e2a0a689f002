"""Texts of numbers and their values, each parsed once."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence

from procmaps.grammar.parsed_line import ImpossibleValue

MAX_CACHED = 1 << 12
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
        try:
            return array(typecode, [*map(self._known.__getitem__, texts)])
        except KeyError:
            self._parse_new(texts)
            return array(typecode, [*map(self._known.__getitem__, texts)])

    def _parse_new(self, texts: Sequence[bytes]) -> None:
        known, parse, limit = self._known, self._parse, self._limit
        if len(known) >= MAX_CACHED:
            known.clear()
        for text in {*texts}.difference(known):
            value = parse(text)
            if value > limit:
                raise ImpossibleValue("value", "above the limit")
            known[text] = value
