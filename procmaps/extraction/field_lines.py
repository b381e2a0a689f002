"""Recognise the lines below a header line of ``smaps``."""

from __future__ import annotations

import functools
import re
from array import array

from procmaps.extraction.blanks import as_spaces
from procmaps.formats.dialects import LINUX
from procmaps.formats.other_files import MEMINFO_KEYS, STATUS_KEYS
from procmaps.formats.smaps_fields import FIELDS
from procmaps.grammar import loading
from procmaps.grammar.to_regex import compile_rule

_BLANKS_BEFORE_KEY = re.compile(rb"[ \t]{1,64}(?=[A-Z])(?=[^ \t:]{1,64}:)")
FLAGS = re.compile(rb"(?:[a-z0-9?]{2} )*+(?:[a-z0-9?]{2})?")
"""The value of ``VmFlags``: two characters for each flag."""

_FLAGS_LINE = re.compile(rb"VmFlags:(?: ?[a-z0-9?]{2})*+(?: [a-z0-9?])? *+")
"""Flags of two characters; a terminal may have cut off the last one."""

_ANDROID_NAME = re.compile(rb"Name: *\[anon:")
"""The start of old Android's line; ``Name:`` in ``status`` has another value."""

_COUNT_END = 24
"""Columns of a field without a unit: 16 for the key, 8 for the number."""

_UNIT = re.compile(rb"(?<=[0-9]) *[kK][bB]$")


def is_field(text: bytes) -> bool:
    """Return whether *text* is a complete field line, with any key."""
    return _any_field().fullmatch(text) is not None


def find_known_field(text: bytes) -> re.Match[bytes] | None:
    """Return the field line with a known key at the end of *text*, or None."""
    return _known_field().search(normalize_end(text))


def field_key(text: bytes, *, above: bytes) -> bytes:
    """Return the key of the field line *text*, or an empty text if it is none.

    *above* is the key of the field above, empty if there is none. The first field below a header
    must have a known key. A later one may have another key if its value is printed as ``smaps``
    does, if no other file of /proc has it, and if it is not below ``VmFlags``, which ends a block.
    """
    content = normalize_end(text).lstrip(b" ")
    key = content.partition(b":")[0]
    if _known_field().fullmatch(content):
        return key if key != b"VmFlags" or _FLAGS_LINE.fullmatch(content) else b""
    if _label_line().fullmatch(content):
        return b"Name" if _ANDROID_NAME.match(content) else b""
    if not above or above == b"VmFlags" or key in STATUS_KEYS | MEMINFO_KEYS:
        return b""
    return key if _has_shape_of_field(content) else b""


def _has_shape_of_field(content: bytes) -> bool:
    """Return whether a line with an unknown key has a size in kB, or a count that is padded."""
    if not _number_field().fullmatch(content):
        return False
    return content.endswith(b" kB") or len(content) == _COUNT_END


def fields_at_end(text: bytes) -> array[int]:
    """Return the begin of each field at the end of a line that contains several.

    The first has a known key, and all others have a number. Each ends before the next one.
    """
    begins = array("Q")
    if b":" in text:
        begins.extend(key.end() for key in _BLANKS_BEFORE_KEY.finditer(text))
    first = stop = len(begins)
    end = len(text)
    while first and _has_number(text[begins[first - 1] : end].rstrip(b" \t")):
        first -= 1
        end = begins[first]
    while first < stop:
        end = begins[first + 1] if first + 1 < stop else len(text)
        if find_known_field(text[begins[first] : end].rstrip(b" \t")):
            break
        first += 1
    return begins[first:]


def _has_number(text: bytes) -> bool:
    return _number_field().fullmatch(text) is not None or _is_flags_line(text)


def _is_flags_line(text: bytes) -> bool:
    key, colon, flags = text.partition(b":")
    return key == b"VmFlags" and bool(colon) and FLAGS.fullmatch(flags.lstrip(b" ")) is not None


def normalize_end(text: bytes) -> bytes:
    """Return a field line with spaces for other blanks, and its end spaced as the kernel does."""
    return _UNIT.sub(b" kB", as_spaces(text).rstrip(b" \r"))


def _compile(*rules: str) -> re.Pattern[bytes]:
    grammar = loading.load(LINUX.name).rules
    return re.compile("|".join(compile_rule(grammar, rule) for rule in rules).encode("latin-1"))


@functools.cache
def _any_field() -> re.Pattern[bytes]:
    return _compile("flags", "size", "count", "text")


@functools.cache
def _number_field() -> re.Pattern[bytes]:
    return _compile("size", "count")


@functools.cache
def _known_field() -> re.Pattern[bytes]:
    """Return the pattern of a field line with a key from the tables, at the end of a text."""
    grammar = loading.load(LINUX.name).rules
    keys = "|".join(key.decode("ascii") for key in FIELDS)
    rules = [
        compile_rule(grammar, rule, (), {"KEY": b"KEY"}).replace("KEY", f"(?:{keys}):")
        for rule in ("size", "count")
    ]
    flags = compile_rule(grammar, "flags")
    return re.compile(f"(?<![A-Za-z0-9_.])(?:{'|'.join((flags, *rules))})$".encode("latin-1"))


@functools.cache
def _label_line() -> re.Pattern[bytes]:
    """Return the pattern of old Android's ``Name:`` line, which follows a header line."""
    return re.compile(compile_rule(loading.load("android").rules, "label").encode("latin-1"))
