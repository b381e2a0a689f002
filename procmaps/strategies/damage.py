"""What happens to dumps on their way, and what no producer would print."""

from __future__ import annotations

import re
from collections.abc import Callable

from hypothesis import strategies as st

from procmaps.strategies.files import dumps


@st.composite
def broken(
    draw: st.DrawFn, intact: st.SearchStrategy[bytes] | None = None, *, max_faults: int = 3
) -> bytes:
    """A dump that something happened to: one to *max_faults* faults of `FAULTS`, one after another.

    *intact* draws the dumps; without it they are of `dumps`, maps and smaps.
    """
    text = draw(intact if intact is not None else dumps() | dumps(kind="smaps"))
    for fault in draw(st.lists(st.sampled_from(FAULTS), min_size=1, max_size=max_faults)):
        text = fault(draw, text)
    return text


def _place(draw: st.DrawFn, text: bytes) -> int:
    return draw(st.integers(0, len(text)))


def _stretch(draw: st.DrawFn, text: bytes) -> tuple[int, int]:
    first, second = sorted((_place(draw, text), _place(draw, text)))
    return first, second


def torn(draw: st.DrawFn, text: bytes) -> bytes:
    """The end is missing: a read was cut short."""
    return text[: _place(draw, text)]


def beheaded(draw: st.DrawFn, text: bytes) -> bytes:
    """The start is missing: a log kept only its tail."""
    return text[_place(draw, text) :]


def hollowed(draw: st.DrawFn, text: bytes) -> bytes:
    """A stretch is missing, perhaps in the middle of lines."""
    first, second = _stretch(draw, text)
    return text[:first] + text[second:]


def repeated(draw: st.DrawFn, text: bytes) -> bytes:
    """Some lines stand twice: the kernel printed a mapping again in the next chunk."""
    lines = re.findall(rb"[^\n]*\n|[^\n]+", text)
    first, second = sorted((draw(st.integers(0, len(lines))), draw(st.integers(0, len(lines)))))
    return b"".join((*lines[:second], *lines[first:]))


def flipped(draw: st.DrawFn, text: bytes) -> bytes:
    """One byte is another."""
    if not text:
        return text
    place = draw(st.integers(0, len(text) - 1))
    return text[:place] + bytes((draw(st.integers(0, 255)),)) + text[place + 1 :]


def littered(draw: st.DrawFn, text: bytes) -> bytes:
    """Something foreign stands in it."""
    place = _place(draw, text)
    return text[:place] + draw(st.binary(min_size=1, max_size=16)) + text[place:]


def dos(_draw: st.DrawFn, text: bytes) -> bytes:
    """Every line ends in CR LF."""
    return text.replace(b"\n", b"\r\n")


def unended(_draw: st.DrawFn, text: bytes) -> bytes:
    """The last newline is missing."""
    return text.removesuffix(b"\n")


Fault = Callable[[st.DrawFn, bytes], bytes]
"""One thing that can happen to a dump."""

FAULTS: tuple[Fault, ...] = (
    unended, torn, beheaded, hollowed, repeated, flipped, littered, dos,
)  # fmt: skip
"""What `broken` does to a dump."""
