"""Recognise the lines below a header line of ``smaps``."""

from __future__ import annotations

import functools
import re

from procmaps.extraction.blanks import as_spaces
from procmaps.formats.dialects import LINUX
from procmaps.formats.smaps_fields import FIELDS
from procmaps.grammar import loading
from procmaps.grammar.to_regex import compile_rule

_UNIT = re.compile(rb"(?<=[0-9]) *[kK][bB]$")


def is_field(text: bytes) -> bool:
    """Return whether *text* is a complete field line, with any key."""
    return _any_field().fullmatch(text) is not None


def find_known_field(text: bytes) -> re.Match[bytes] | None:
    """Return the field line with a known key at the end of *text*, or None."""
    return _known_field().search(normalize_end(text))


def field_key(text: bytes, *, is_first: bool) -> bytes:
    """Return the key of the field line *text*, or an empty text if it is none.

    The first field below a header must have a known key. Later ones may have an unknown key if
    their value is a number.
    """
    if found := find_known_field(text):
        return found[0].partition(b":")[0]
    content = normalize_end(text).lstrip(b" ")
    if _label_line().fullmatch(content):
        return b"Name"
    is_number = not is_first and _number_field().fullmatch(content)
    return content.partition(b":")[0] if is_number else b""


def normalize_end(text: bytes) -> bytes:
    """Return a field line with spaces for other blanks, and its end spaced as the kernel does."""
    return _UNIT.sub(b" kB", as_spaces(text).rstrip(b" \r"))


def _compile(*rules: str) -> re.Pattern[bytes]:
    lark = loading.load(LINUX.name).lark
    return re.compile("|".join(compile_rule(lark, rule) for rule in rules).encode("latin-1"))


@functools.cache
def _any_field() -> re.Pattern[bytes]:
    return _compile("flags", "size", "count", "text")


@functools.cache
def _number_field() -> re.Pattern[bytes]:
    return _compile("size", "count")


@functools.cache
def _known_field() -> re.Pattern[bytes]:
    """Return the pattern of a field line with a key from the tables, at the end of a text."""
    lark = loading.load(LINUX.name).lark
    keys = "|".join(key.decode("ascii") for key in FIELDS)
    rules = [
        compile_rule(lark, rule, (), {"KEY": b"KEY"}).replace("KEY", f"(?:{keys}):")
        for rule in ("size", "count")
    ]
    flags = compile_rule(lark, "flags")
    return re.compile(f"(?<![A-Za-z0-9_.])(?:{'|'.join((flags, *rules))})$".encode("latin-1"))


@functools.cache
def _label_line() -> re.Pattern[bytes]:
    """Return the pattern of old Android's ``Name:`` line, which follows a header line."""
    return re.compile(compile_rule(loading.load("android").lark, "label").encode("latin-1"))
