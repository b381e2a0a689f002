"""The smaps fields of a record, as the adapter protocol has them."""

from __future__ import annotations

from typing import TypeAlias

from procmaps.formats.smaps_fields import FIELDS
from procmaps.records.usage import ExtraField, Usage

FieldValue: TypeAlias = int | bytes | tuple[bytes, ...]
"""Bytes or a count; a text; the words of ``VmFlags``."""


def fields_of(usage: Usage, unit: int = 1) -> dict[bytes, FieldValue]:
    """Return the fields of *usage* by their keys; sizes are in units of *unit* bytes."""
    found: dict[bytes, FieldValue] = {}
    for field in FIELDS.values():
        value = getattr(usage, field.attribute)
        if value is None:
            continue
        found[field.key] = (
            value // unit if field.unit == "kB"
            else value if isinstance(value, int)
            else tuple(value) if field.unit == "flags"
            else value.raw
        )  # fmt: skip
    for extra in usage.extra:
        found[extra.key] = _extra_value(extra, unit)
    return found


def _extra_value(extra: ExtraField, unit: int) -> int | bytes:
    """Return an unknown field by its form: kB in *unit*, a plain number, or the stripped text."""
    text = extra.value.strip(b" \t")
    if text.isdigit():
        return int(text)
    number = text.removesuffix(b" kB")
    return int(number) * 1024 // unit if number != text and number.isdigit() else text


def same_value(key: bytes, got: object, expected: FieldValue) -> bool:
    """Whether an adapter's value for *key* is the expected one, in any form that is allowed."""
    if isinstance(expected, tuple):
        return got == expected or (isinstance(got, bytes) and _words(got) == expected)
    if isinstance(expected, int) and isinstance(got, bytes):
        return got.isdigit() and int(got) == expected
    if isinstance(expected, bytes) and isinstance(got, bytes) and key != b"Name":
        return got.strip(b" \t") == expected
    return got == expected


def _words(text: bytes) -> tuple[bytes, ...]:
    return tuple(word for word in text.split(b" ") if word)
