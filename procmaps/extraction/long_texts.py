"""Long texts that many lines share, each once.

If a literal of a thousand lines is unescaped as a whole, a repair of each has all of its text.
"""

from __future__ import annotations

_MIN_LENGTH = 512
"""Bytes of a text that is worth a place in the list."""


class LongTexts:
    """A list of long texts. Two equal texts are two entries, if they are two objects."""

    def __init__(self) -> None:
        self._texts: list[bytes] = []
        self._numbers: dict[int, int] = {}
        """The number of each text, by its identity."""

    def shortened(self, text: bytes) -> bytes | int:
        """Return the number of a long text; a short text as it is."""
        if len(text) < _MIN_LENGTH:
            return text
        number = self._numbers.get(id(text))
        if number is None:
            number = self._numbers[id(text)] = len(self._texts)
            self._texts.append(text)
        return number

    def whole(self, text: bytes | int) -> bytes:
        """Return the text that `shortened` has shortened: the same object if it is long."""
        return self._texts[text] if isinstance(text, int) else text
