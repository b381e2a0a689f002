r"""Text from a dump, a file name or another program, made harmless for where it is printed.

A name may contain an escape sequence that sets a terminal's title, a newline that forges a line of
a report, a mark that reverses the direction of the text around it, or a formula. Everything that
is printed for people passes through one of these functions. JSON needs none: it is written in
ASCII.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""The first characters of a cell that a spreadsheet takes for a formula."""

_MARKDOWN = re.compile(r"[\\`*_{}\[\]<>()#+!|~&]")


PRINTABLE = range(0x20, 0x7F)
"""ASCII without control characters: the bytes that are safe to send to a terminal."""


_ESCAPE = tuple(f"\\x{byte:02x}" for byte in range(256))
"""The escape of each byte; a text of escapes shares them."""

_ESCAPES = {byte: _ESCAPE[byte] for byte in range(256) if byte not in PRINTABLE}


def escape_bytes(raw: bytes) -> str:
    r"""Return *raw* as printable ASCII that is safe to send to a terminal.

    Tab, newline and every other byte outside 0x20–0x7e become ``\xNN``.
    """
    return raw.decode("latin-1").translate(_ESCAPES)


def escaped(text: bytes | str) -> Iterator[tuple[str, bool]]:
    r"""Yield each character of *text*, and whether it is an escape ``\xNN``.

    Printable characters of UTF-8 stay. Each byte of anything else is escaped: control characters,
    newlines, marks of direction, bytes that are not UTF-8, and surrogates.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "surrogateescape")
    for character in text:
        if character.isprintable():
            yield character, False
        else:
            for byte in _bytes_of(character):
                yield _ESCAPE[byte], True


def _bytes_of(character: str) -> bytes:
    try:
        return character.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a surrogate that means no byte
        return character.encode("utf-8", "surrogatepass")


def visible(text: bytes | str) -> str:
    r"""Return *text* as one line with ``\xNN`` for what is not printable; see `escaped`."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "surrogateescape")
    return text if text.isprintable() else "".join(shown for shown, _ in escaped(text))


def visible_block(text: str) -> str:
    """Return *text* as `visible` does, line by line: newlines stay.

    For text whose newlines are this program's own.
    """
    return text if text.isprintable() else "\n".join(map(visible, text.split("\n")))


def markdown(text: str) -> str:
    """Return *text* as one line of Markdown prose: its special characters mean nothing."""
    return _MARKDOWN.sub(r"\\\g<0>", visible(text))


def csv_cell(text: bytes | str) -> str:
    """Return *text* as `visible` does, after an apostrophe if it begins like a formula.

    A lone sign is no formula: ``-`` stays the name of standard input.
    """
    shown = visible(text)
    return f"'{shown}" if len(shown) > 1 and shown.startswith(_FORMULA) else shown


@lru_cache(maxsize=4096)
def size_text(size: int | None) -> str:
    """Return bytes in units of 1024: ``4k``, ``132k``, ``1.5M``; nothing for None."""
    if size is None:
        return ""
    if size < 1024:  # noqa: PLR2004 - one kibibyte
        return str(size)
    value, unit = size / 1024, "k"
    for larger in "MGTPE":
        if value < 999.5:  # noqa: PLR2004 - rounds to three digits
            break
        value, unit = value / 1024, larger
    # Kilobytes are whole. Of larger units one digit alone would be too coarse.
    digits = 1 if value < 10 and (unit != "k" or value % 1) else 0  # noqa: PLR2004
    return f"{value:.{digits}f}{unit}"
