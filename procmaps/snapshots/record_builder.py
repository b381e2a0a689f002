"""The records of a text, made of its columns: `make_records`.

Equal parts are one object: permissions, devices, names and flags are immutable, and a text repeats
them. What `procmaps.records.storage` defers is made when it is first read.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from operator import attrgetter
from typing import Any, Final

from procmaps.engines.column_buffers import ColumnBuffers
from procmaps.engines.extra_lines import extra_fields, label_text
from procmaps.formats.vm_flags import VmFlags
from procmaps.records import mapping, usage
from procmaps.records.device import Device
from procmaps.records.mapping import Mapping
from procmaps.records.names import Name
from procmaps.records.perms import Perms
from procmaps.records.python_storage import Column
from procmaps.records.storage import RecordTable, ValuePool
from procmaps.records.usage import ExtraField, Usage

_MAPPING: Final[tuple[Any, ...]] = attrgetter(*mapping.FIELDS)(Mapping)
_USAGE: Final[tuple[Any, ...]] = attrgetter(*usage.NUMBERS, *usage.OTHERS)(Usage)

_PERMS: Final = ValuePool(Perms.from_flags, 256)
"""The record of every value of the ``perms`` column."""


def make_records(
    columns: ColumnBuffers, parse_name: Callable[[bytes], Name]
) -> RecordTable[Mapping]:
    """Return the mappings of a text. *parse_name* makes the record of a name column."""
    texts = columns.names
    names = ValuePool(lambda index: parse_name(texts[index]), len(texts))
    usages: tuple[Any, ...] = (None,)
    if columns.has_usage:
        usages = (_usages(columns, parse_name), columns.usage_row)
    values = (
        columns.start,
        columns.end,
        (_PERMS, columns.perms),
        columns.offset,
        (Device, columns.major, columns.minor),
        columns.inode,
        (names, columns.name_index),
        usages,
    )
    return RecordTable(Mapping, _MAPPING, values, len(columns), sparse=False)


def _usages(columns: ColumnBuffers, parse_name: Callable[[bytes], Name]) -> ValuePool[Usage]:
    """Return the usages by row of the usage table. Mappings with equal usage share one."""
    table, empty = columns.usage_table, array("Q")

    def name(row: int) -> Name | None:
        label = label_text(columns, row)
        return None if label is None else parse_name(label)

    def extra(row: int) -> tuple[ExtraField, ...]:
        return tuple(ExtraField(*line) for line in extra_fields(columns, row))

    flags = table.flags
    values: tuple[Column, ...] = (
        *(table.numbers.get(attribute, empty) for attribute in usage.NUMBERS),
        (name, table.labels.rows, None),
        (ValuePool(lambda index: VmFlags(flags[index]), len(flags)), table.flags_index),
        (extra, table.extra.rows, ()),
    )
    records = RecordTable(Usage, _USAGE, values, table.rows, sparse=True)
    return ValuePool(records.record, table.rows)
