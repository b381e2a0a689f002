"""Kinds of characters: what two texts have in common that are spelt differently."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator
from typing import Final

LETTER: Final = "letter"
DIGIT: Final = "digit"
CONTROL: Final = "control character"
"""A control character at which no language divides text."""
BEYOND_ASCII: Final = "character beyond ASCII"
INVISIBLE: Final = "invisible character beyond ASCII"
NOT_UTF8: Final = "byte that is not UTF-8"

PLAIN: Final = frozenset({LETTER, DIGIT, "/", ".", "-", "_"})
"""Kinds that an ordinary name has."""

_ESCAPE = re.compile(rb"\\x([0-9a-f]{2})")
_ASCII: Final = 0x80
_BYTE_ORDER_MARK: Final = "\ufeff"


def kinds_of(text: bytes) -> list[str]:
    """Return the kind of each character: letters, digits, and other characters by themselves.

    A character beyond ASCII that separates words or lines is a kind by itself, too.
    """
    return [_kind(character) for character in text.decode("utf-8", "surrogateescape")]


def _kind(character: str) -> str:
    code = ord(character)
    if code >= _ASCII:
        return _beyond_ascii(character)
    if character.isalpha():
        return LETTER
    if character.isdigit():
        return DIGIT
    if character.isprintable():
        return character
    return f"0x{code:02x}" if character.isspace() else CONTROL


def _beyond_ascii(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs":
        # A byte that surrogateescape keeps.
        return NOT_UTF8
    if character.isspace() or character == _BYTE_ORDER_MARK:
        return f"U+{ord(character):04X}"
    return INVISIBLE if category in ("Cc", "Cf") else BEYOND_ASCII


def collapsed(kinds: list[str]) -> tuple[str, ...]:
    """Return *kinds* with each run of one kind as one."""
    return tuple(kind for kind, _ in itertools.groupby(kinds))


def marks_of(*texts: bytes) -> frozenset[str]:
    """Return the kinds of characters in *texts* that an ordinary name does not have."""
    return frozenset(itertools.chain.from_iterable(map(kinds_of, texts))) - PLAIN


def unescape(shown: str) -> bytes:
    r"""Return the bytes of a text by `procmaps.printable.escape_bytes`: ``\xNN`` is a byte."""
    return _ESCAPE.sub(
        lambda match: bytes.fromhex(match[1].decode()), shown.encode("utf-8", "surrogatepass")
    )


def show(kinds: tuple[str, ...]) -> Iterator[str]:
    """Yield *kinds* for people."""
    for kind in kinds:
        yield repr(kind) if len(kind) == 1 else kind
