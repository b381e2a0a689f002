"""Distinct texts, as every engine has them: `Texts`."""

from __future__ import annotations

from typing import Protocol


class Texts(Protocol):
    """Distinct texts in the order of their first use. A column refers to a text by its index.

    The native engine has a type of its own, which copies a text only when somebody asks for it.
    """

    @property
    def texts(self) -> tuple[bytes, ...]:
        """All texts; the same tuple until one is added."""
        ...

    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> bytes: ...
    def __contains__(self, text: object, /) -> bool: ...
    def index(self, text: bytes, /) -> int:
        """Return the index of *text*; add *text* if it is new."""
        ...
