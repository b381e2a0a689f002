"""Damaged dumps: what happens to dumps on their way to a parser."""

from __future__ import annotations

import re
from collections.abc import Callable

from hypothesis import strategies as st

from procmaps.strategies.files import dumps


@st.composite
def damaged_dumps(
    draw: st.DrawFn, intact: st.SearchStrategy[bytes] | None = None, *, max_damages: int = 3
) -> bytes:
    """Draw a dump with one to *max_damages* damages of `DAMAGES`, one after another.

    *intact* draws the undamaged dumps; the default is `dumps` of maps and smaps.
    """
    text = draw(intact if intact is not None else dumps() | dumps(kind="smaps"))
    for damage in draw(st.lists(st.sampled_from(DAMAGES), min_size=1, max_size=max_damages)):
        text = damage(draw, text)
    return text


def _index(draw: st.DrawFn, text: bytes) -> int:
    return draw(st.integers(0, len(text)))


def _range(draw: st.DrawFn, text: bytes) -> tuple[int, int]:
    first, second = sorted((_index(draw, text), _index(draw, text)))
    return first, second


def cut_end(draw: st.DrawFn, text: bytes) -> bytes:
    """Return *text* without its end: a read was cut short."""
    return text[: _index(draw, text)]


def cut_start(draw: st.DrawFn, text: bytes) -> bytes:
    """Return *text* without its start: a log kept only its tail."""
    return text[_index(draw, text) :]


def cut_middle(draw: st.DrawFn, text: bytes) -> bytes:
    """Return *text* without a range of bytes, which may start and end within lines."""
    start, end = _range(draw, text)
    return text[:start] + text[end:]


def repeat_lines(draw: st.DrawFn, text: bytes) -> bytes:
    """Return *text* with some lines twice: the kernel printed a mapping again in the next chunk."""
    lines = re.findall(rb"[^\n]*\n|[^\n]+", text)
    start, end = sorted((draw(st.integers(0, len(lines))), draw(st.integers(0, len(lines)))))
    return b"".join((*lines[:end], *lines[start:]))


def replace_byte(draw: st.DrawFn, text: bytes) -> bytes:
    """Return *text* with one byte replaced."""
    if not text:
        return text
    index = draw(st.integers(0, len(text) - 1))
    return text[:index] + bytes((draw(st.integers(0, 255)),)) + text[index + 1 :]


def insert_bytes(draw: st.DrawFn, text: bytes) -> bytes:
    """Return *text* with up to 16 foreign bytes inserted."""
    index = _index(draw, text)
    return text[:index] + draw(st.binary(min_size=1, max_size=16)) + text[index:]


def use_crlf(_draw: st.DrawFn, text: bytes) -> bytes:
    """Return *text* with CR LF at the end of every line."""
    return text.replace(b"\n", b"\r\n")


def cut_last_newline(_draw: st.DrawFn, text: bytes) -> bytes:
    """Return *text* without its last newline."""
    return text.removesuffix(b"\n")


Damage = Callable[[st.DrawFn, bytes], bytes]
"""One kind of damage to a dump."""

DAMAGES: tuple[Damage, ...] = (
    cut_last_newline, cut_end, cut_start, cut_middle, repeat_lines, replace_byte, insert_bytes,
    use_crlf,
)  # fmt: skip
"""All kinds of damage that `damaged_dumps` draws."""
