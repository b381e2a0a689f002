"""Lines on their way to being a dump: each knows where it came from and what was done to it."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from procmaps.extraction.layers.charset import charset
from procmaps.extraction.results import Undone, What


@attrs.frozen
class Piece:
    """A line of text as far as it has been cleaned."""

    text: bytes
    lines: tuple[int, ...]
    """The lines of the input that it was made from, from 1."""
    undone: tuple[Undone, ...] = ()
    raws: tuple[bytes, ...] = ()
    """Those lines as they stood."""

    @property
    def line(self) -> int:
        """The first line of the input that it was made from."""
        return self.lines[0]

    def changed(self, text: bytes, what: What, detail: bytes = b"") -> Piece:
        """The piece with another text, and the reason for it."""
        done = Undone(self.line, what, detail)
        return attrs.evolve(self, text=text, undone=(*self.undone, done))

    def noted(self, what: What, detail: bytes = b"") -> Piece:
        """The piece with a reason more, its text being changed already."""
        return self.changed(self.text, what, detail)

    def joined(self, other: Piece, text: bytes, what: What, detail: bytes = b"") -> Piece:
        """The piece and the one below it as one line, whose text is *text*."""
        stood = dict(zip((*self.lines, *other.lines), (*self.raws, *other.raws), strict=True))
        return Piece(
            text,
            (*stood,),
            (*self.undone, *other.undone, Undone(other.line, what, detail)),
            (*stood.values(),),
        )


def split(data: bytes) -> Iterator[Piece]:
    """The lines of *data*. A NUL ends a line, too: dumps stand in core files and profiles.

    Text in UTF-16 and UTF-32 becomes UTF-8.
    """
    wide = charset(data)
    if wide:
        data = data.decode(wide, "replace").encode("utf-8", "replace")
    for number, raw in enumerate(data.split(b"\n"), 1):
        for text in raw.split(b"\0"):
            piece = Piece(text, (number,), (), (raw,))
            yield piece.noted("charset", wide.encode()) if wide else piece
