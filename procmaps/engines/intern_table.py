"""Interning: each distinct text once, and numbers in its place."""

from __future__ import annotations

from array import array
from collections.abc import Sequence


class InternTable:
    """Distinct texts in the order of their first use. A column refers to a text by its index."""

    def __init__(self, *texts: bytes) -> None:
        self.texts = [*texts]
        self._indexes = {text: index for index, text in enumerate(texts)}

    def __contains__(self, text: bytes) -> bool:
        return text in self._indexes

    def index(self, text: bytes) -> int:
        """Return the index of *text*; add *text* if it is new."""
        index = self._indexes.get(text)
        if index is None:
            index = self._indexes[text] = len(self.texts)
            self.texts.append(text)
        return index

    def indexes(self, texts: Sequence[bytes]) -> array[int]:
        """Return the index of each of *texts*; add the new ones in their order."""
        known = self._indexes
        for text in dict.fromkeys(texts):
            if text not in known:
                known[text] = len(self.texts)
                self.texts.append(text)
        return array("I", [*map(known.__getitem__, texts)])
