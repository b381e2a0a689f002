"""Make a `KernelQuery` of any file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from procmaps import Device, Mapping, Perms, QueryResult
from procmaps.live.query_ioctl import PROCMAP_QUERY
from procmaps.records import mapping, storage

if TYPE_CHECKING:
    from procmaps.records._storage import KernelQuery


def make(**changed: object) -> KernelQuery[Any]:
    """Make a KernelQuery of standard input with *changed* arguments."""
    arguments: dict[str, object] = {
        "file": 0,
        "request": PROCMAP_QUERY,
        "mapping": Mapping,
        "mapping_fields": tuple(getattr(Mapping, name) for name in mapping.FIELDS),
        "result": QueryResult,
        "result_fields": tuple(
            getattr(QueryResult, field.name) for field in attrs.fields(QueryResult)
        ),
        "perms": tuple(map(Perms.from_flags, range(16))),
        "make_device": Device,
        "make_name": bytes,
        "method": "ioctl",
    }
    assert storage.KernelQuery
    return storage.KernelQuery(**(arguments | changed))  # type: ignore[arg-type]
