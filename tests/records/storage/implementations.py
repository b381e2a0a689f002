"""The two ways to store records, and record classes on each."""

from __future__ import annotations

from typing import Any, TypeAlias

import attrs
import pytest

# Before the extension is imported.
import tests.support.other_builds  # noqa: F401 # pyright: ignore[reportUnusedImport]
from procmaps.records import python_storage

Storage: TypeAlias = Any
"""A module that has what `procmaps.records.storage` exports."""

Record: TypeAlias = Any
"""A class made by `record_class`, or an instance of it."""


def _in_c() -> list[Storage]:
    try:
        from procmaps.records import _storage  # noqa: PLC0415 - only where it was built
    except ImportError:
        return []
    return [_storage]


IN_C: Storage = next(iter(_in_c()), None)
MODULES: list[Storage] = [python_storage, *_in_c()]

needs_c = pytest.mark.skipif(IN_C is None, reason="the extension was not built: no C compiler")
each_module = pytest.mark.parametrize("storage", MODULES, ids=lambda module: module.__name__)

FIELDS = ("number", "other", "late")


def record_class(storage: Storage) -> Record:
    """Return an attrs class whose fields are stored by *storage*; ``late`` may be deferred."""
    base = storage.make_base(f"{__name__}._Base", FIELDS, ("late",))
    fields = {"number": attrs.field(), "other": attrs.field(), "late": attrs.field(default=None)}
    return subclass(base, fields, weakref_slot=False)


def subclass(base: type, fields: dict[str, Any], *, weakref_slot: bool) -> Record:
    """Return a frozen attrs class with more *fields*."""
    return attrs.make_class(
        "Record", fields, bases=(base,), frozen=True, slots=True, weakref_slot=weakref_slot
    )


def slots(record: Record) -> tuple[Any, ...]:
    """Return the descriptors of a class of `record_class`."""
    return tuple(record.__dict__[field] for field in FIELDS)
