"""The text of a snapshot: scanned with plain newlines, given back as it was loaded."""

from __future__ import annotations

from procmaps.grammar.loading import DEFAULT_DIALECT
from procmaps.grammar.loading import load as load_grammar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from procmaps.grammar.loading import Grammar

_MAX_RETURNS = 4
"""The most CRs of one line end. Each conversion to Windows' line ends adds one."""


class SourceText:
    """A text and its line ends. Equal texts give equal snapshots."""

    def __init__(self, text: bytes, newline: bytes) -> None:
        self.text = text
        """The text with plain newlines; offsets count in it."""
        self.newline = newline
        """The line end of the input: LF, with the CRs before it that every line has."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SourceText):
            return NotImplemented
        return (self.text, self.newline) == (other.text, other.newline)

    def __hash__(self) -> int:
        return hash((self.text, self.newline))

    @classmethod
    def of(cls, data: bytes, dialect: str = DEFAULT_DIALECT) -> SourceText:
        r"""Remove the CRs before LF that every line has, unless each of them can end a name.

        A text that was converted to Windows' line ends twice has CR CR LF. Any other CR is part of
        a name: a text that has only lines such as ``/x\r`` is kept as it is. *dialect* is the one
        to read the lines in.
        """
        for returns in range(_returns_of_first_line(data), 0, -1):
            newline = b"\r" * returns + b"\n"
            if data.count(newline) == data.count(b"\n") and _was_converted(
                data, newline[:-1], load_grammar(dialect)
            ):
                return cls(data.replace(newline, b"\n"), newline)
        return cls(data, b"\n")

    def __len__(self) -> int:
        return len(self.text)

    def input(self, start: int = 0, end: int | None = None) -> bytes:
        """Return the input, byte for byte, for the text from *start* to *end*."""
        text = self.text[start:end]
        return text if self.newline == b"\n" else text.replace(b"\n", self.newline)

    def input_offset(self, offset: int, line: int) -> int:
        """Return the offset in the input of *offset*, which is in the *line*-th line."""
        return offset + (line - 1) * (len(self.newline) - 1)


def _returns_of_first_line(data: bytes) -> int:
    """Return the number of CRs at the end of the first line, at most `_MAX_RETURNS`."""
    end = data.find(b"\n")
    last = data[max(0, end - _MAX_RETURNS) : max(0, end)]
    return len(last) - len(last.rstrip(b"\r"))


def _was_converted(data: bytes, returns: bytes, grammar: Grammar) -> bool:
    r"""Return whether a line of *data*, whose lines all end in *returns*, shows a conversion.

    Such a line is no header line, or its name is of another kind with the CRs than without: no
    kernel prints ``[heap]\r``.
    """
    offset = 0
    while offset < len(data):
        header = grammar.header.match(data, offset)
        if header is None or not header["NAME"]:
            return True
        name = header["NAME"]
        bare = name.removesuffix(returns)
        if grammar.parse_name(name).kind != grammar.parse_name(bare).kind:
            return True
        offset = header.end()
    return False


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
