"""A sequence of results in little memory: blocks of them are pickled and compressed.

The pickles never leave the process.
"""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

_T = TypeVar("_T")

_BLOCK = 128
"""Items of a block."""

_FASTEST = 1
"""The level of compression."""


class PackedItems(Generic[_T]):
    """Items that can be appended, and read in order."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []
        self._pending: list[_T] = []

    def append(self, item: _T) -> None:
        """Append an item."""
        self._pending.append(item)
        if len(self._pending) >= _BLOCK:
            self._blocks.append(zlib.compress(pickle.dumps(self._pending), _FASTEST))
            self._pending = []

    def extend(self, items: Iterable[_T]) -> None:
        """Append each of *items*."""
        for item in items:
            self.append(item)

    def __iter__(self) -> Iterator[_T]:
        for block in self._blocks:
            items: list[_T] = pickle.loads(zlib.decompress(block))  # noqa: S301 - see above
            yield from items
        yield from self._pending
