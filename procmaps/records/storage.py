"""How records keep their fields: in C if the extension was built, else in slots.

Both modules have the same names. `make_base` returns the base of a record class. A `RecordTable`
makes records of columns. A `ValuePool` makes values that many records share. A `KernelQuery`, which
makes the records of a successful query, exists only in C.
"""

from __future__ import annotations

import os
from importlib import import_module

TYPE_CHECKING = False  # typing takes long to import

__all__ = ["DEFERRED", "VARIABLE", "KernelQuery", "RecordTable", "ValuePool", "make_base"]

VARIABLE = "PROCMAPS_ENGINE"
"""The environment variable that forces an engine; see `procmaps.engines.engine_selection`."""


def _is_native() -> bool:
    """Return whether records are kept in C. A forced engine in Python has them in slots, too."""
    if os.environ.get(VARIABLE) in {"python", "reference"}:
        return False
    try:
        import_module("procmaps.records._storage")
    except ImportError:
        # `engine()` reports it: it imports the same module.
        return False
    return True


if TYPE_CHECKING:
    from typing import Any

    from procmaps.records import _storage

    KernelQuery: type[_storage.KernelQuery[Any]] | None

if TYPE_CHECKING or not _is_native():
    from procmaps.records.python_storage import RecordTable, ValuePool, make_base

    DEFERRED: tuple[str, ...] = ("usage",)
    """The fields of a mapping that are made when they are first read.

    Reading one in Python takes longer than making the names of most texts, so names are deferred
    only in C.
    """
    KernelQuery = None
else:
    from procmaps.records import _storage

    RecordTable, ValuePool = _storage.RecordTable, _storage.ValuePool
    make_base = _storage.make_base
    KernelQuery = _storage.KernelQuery
    DEFERRED = ("name", "usage")
