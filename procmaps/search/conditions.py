"""The conditions of a search as callers give them: one value or many, text or bytes."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias, TypeVar, cast

from procmaps._arguments import BytesOrStr, StrOrBytesPath, as_bytes
from procmaps.search.file_identity import FileIdentity, printed_identity, stat_identity
from procmaps.search.name_patterns import name_pattern

T = TypeVar("T")

OneOrMany: TypeAlias = T | Iterable[T]
"""One value, or any number of them."""


def words(what: str, values: OneOrMany[str], known: Iterable[str]) -> frozenset[str]:
    """Return *values* of the condition *what*. Raises `ValueError` for one that is not *known*."""
    given = _many(values, str)
    allowed = [*known]
    for value in given:
        if value not in allowed:
            raise ValueError(f"unknown {what} {value!r}; use {', '.join(allowed)}")
    return frozenset(given)


def globs(
    values: OneOrMany[BytesOrStr],
    pattern: Callable[[bytes], re.Pattern[bytes]] = name_pattern,
) -> tuple[re.Pattern[bytes], ...]:
    """Return the pattern of each of *values*."""
    one: Any = (bytes, bytearray, memoryview, str)
    return tuple(pattern(as_bytes(each)) for each in _many(values, one))


def _many(values: OneOrMany[T], one: type[T]) -> tuple[T, ...]:
    """Return *values* as a tuple; an instance of *one* is a single value."""
    return (values,) if isinstance(values, one) else tuple(cast("Iterable[T]", values))


def identities(path: StrOrBytesPath) -> frozenset[FileIdentity]:
    """Return the identities that the file at *path* may have in ``maps``. Raises `OSError`."""
    raw = os.fsencode(path)
    return frozenset((stat_identity(raw), printed_identity(raw)))


def build_id_start(value: bytes | str) -> bytes:
    """Return the first bytes of a build ID; a ``str`` is hexadecimal.

    Raises `ValueError` if it is empty or has another form, `TypeError` for another type.
    """
    if isinstance(value, str):
        try:
            given = bytes.fromhex(value)
        except ValueError:
            raise ValueError(
                f"a build ID must be pairs of hexadecimal digits, not {value!r}"
            ) from None
    else:
        given = as_bytes(value)
    if not given:
        raise ValueError("a build ID must have at least one byte")
    return given
