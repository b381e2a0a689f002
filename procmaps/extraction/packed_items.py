"""A sequence of results in little memory: blocks of them are pickled and compressed.

The pickles never leave the process.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from procmaps.extraction.compression import compress, decompress

_T = TypeVar("_T")

_BLOCK = 128
"""Items of a block."""


class PackedItems(Generic[_T]):
    """Items that can be appended, and read in order."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []
        self._pending: list[_T] = []

    def append(self, item: _T) -> None:
        """Append an item."""
        self._pending.append(item)
        if len(self._pending) >= _BLOCK:
            self._blocks.append(compress(pickle.dumps(self._pending)))
            self._pending = []

    def extend(self, items: Iterable[_T]) -> None:
        """Append each of *items*."""
        for item in items:
            self.append(item)

    def __iter__(self) -> Iterator[_T]:
        for block in self._blocks:
            items: list[_T] = pickle.loads(decompress(block))  # noqa: S301 - see above
            yield from items
        yield from self._pending
