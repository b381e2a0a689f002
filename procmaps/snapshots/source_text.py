"""The text of a snapshot: scanned with plain newlines, given back as it was loaded."""

from __future__ import annotations

import attrs


@attrs.frozen
class SourceText:
    """A text and its line ends. Equal texts give equal snapshots."""

    text: bytes
    """The text with plain newlines; offsets count in it."""
    newline: bytes
    """The line end of the input, LF or CR LF."""

    @classmethod
    def of(cls, data: bytes) -> SourceText:
        """Replace CR LF if every line ends in it; otherwise a CR is part of a name."""
        first = data.find(b"\n")
        if first < 1 or data[first - 1] != ord("\r"):
            return cls(data, b"\n")
        if data.count(b"\r\n") != data.count(b"\n"):
            return cls(data, b"\n")
        return cls(data.replace(b"\r\n", b"\n"), b"\r\n")

    def __len__(self) -> int:
        return len(self.text)

    def input(self, start: int = 0, end: int | None = None) -> bytes:
        """Return the input, byte for byte, for the text from *start* to *end*."""
        text = self.text[start:end]
        return text if self.newline == b"\n" else text.replace(b"\n", self.newline)

    def input_offset(self, offset: int, line: int) -> int:
        """Return the offset in the input of *offset*, which is in the *line*-th line."""
        return offset + (line - 1) * (len(self.newline) - 1)


class LineCounter:
    """Line numbers for ascending offsets of one text; counts each newline once."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._offset, self._line = 0, 1

    def line_at(self, offset: int) -> int:
        """Return the number, from 1, of the line that contains *offset*."""
        self._line += self._text.count(b"\n", self._offset, offset)
        self._offset = offset
        return self._line
