"""Interning: each distinct text once, and numbers in its place."""

from __future__ import annotations

from array import array

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class InternTable:
    """`Texts` in a dictionary."""

    def __init__(self, *texts: bytes) -> None:
        self._texts = texts
        self._indexes = {text: index for index, text in enumerate(texts)}

    def __reduce__(self) -> tuple[object, ...]:
        return InternTable, self.texts

    @property
    def texts(self) -> tuple[bytes, ...]:
        """All texts; the same tuple until one is added."""
        if len(self._texts) < len(self._indexes):
            self._texts = tuple(self._indexes)
        return self._texts

    def __len__(self) -> int:
        return len(self._indexes)

    def __getitem__(self, index: int) -> bytes:
        return self.texts[index]

    def __contains__(self, text: object) -> bool:
        return text in self._indexes

    def index(self, text: bytes) -> int:
        """Return the index of *text*; add *text* if it is new."""
        return self._indexes.setdefault(text, len(self._indexes))

    def indexes(self, texts: Sequence[bytes]) -> array[int]:
        """Return the index of each of *texts*; add the new ones in their order."""
        known = self._indexes
        for text in dict.fromkeys(texts):
            known.setdefault(text, len(known))
        return array("I", [*map(known.__getitem__, texts)])
