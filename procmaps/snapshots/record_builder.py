"""The records of a text, built from its columns: many at once, or one by its row.

Equal parts are one object: permissions, devices, names and flags are immutable, and a text repeats
them. With the native engine the slots of the records are filled in C.
"""

from __future__ import annotations

import functools
from array import array
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, repeat
from operator import attrgetter
from types import MemberDescriptorType
from typing import Any, Final

import attrs

from procmaps.engines.column_buffers import ColumnBuffers
from procmaps.engines.engine_selection import engine
from procmaps.engines.usage_block_table import ABSENT, MISSING
from procmaps.formats.vm_flags import VmFlags
from procmaps.records.device import Device
from procmaps.records.mapping import MAPPING_SLOTS, Mapping
from procmaps.records.names import Name
from procmaps.records.perms import Perms
from procmaps.records.usage import ExtraField, Usage

CHUNK = 1024
"""Records that are built at once if all are wanted."""

_USAGE_FIELDS: Final = tuple(field.name for field in attrs.fields(Usage))
_TEXT_FIELDS: Final = ("name", "vm_flags", "extra")
"""The last fields of `Usage`; each field before them is a number with a column of its own."""

_PERMS: Final = tuple(map(Perms.from_flags, range(256)))
"""The record of every value of the ``perms`` column."""

MakeUsage = Callable[[int, tuple[object, ...]], Usage]
"""Makes the usage of a row from its numbers and the values of `_TEXT_FIELDS`."""


class RecordBuilder:
    """Builds the records of one text. A usage is made when it is first read."""

    def __init__(self, columns: ColumnBuffers, parse_name: Callable[[bytes], Name]) -> None:
        """*parse_name* makes the record of a name column."""
        texts, flags = columns.names.texts, columns.usage_table.flags.texts

        def name(index: int) -> Name:
            return parse_name(texts[index])

        def vm_flags(index: int) -> VmFlags:
            return VmFlags(flags[index])

        self._columns = columns
        self._parse_name = parse_name
        self._name = functools.cache(name)
        self._device = functools.cache(Device)
        self._vm_flags = functools.cache(vm_flags)
        self._usages: dict[int, Usage] = {}
        self._has_usage = columns.has_usage
        self._native = engine() == "native"

    def __iter__(self) -> Iterator[Mapping]:
        """Build every record, `CHUNK` of them at a time."""
        size = len(self._columns)
        return chain.from_iterable(
            self._build(first, min(CHUNK, size - first)) for first in range(0, size, CHUNK)
        )

    def mapping(self, row: int) -> Mapping:
        """Build the record of one row."""
        (record,) = self._build(row, 1)
        return record

    def usage(self, row: int) -> Usage:
        """Return the usage in *row* of the usage table; mappings with equal usage share it."""
        usage = self._usages.get(row)
        if usage is None:
            usage = self._usages[row] = self._build_usage(row)
        return usage

    # --- mappings ---------------------------------------------------------------------------------

    def _build(self, first: int, count: int) -> list[Mapping]:
        return self._build_in_c(first, count) if self._native else self._build_here(first, count)

    def _build_in_c(self, first: int, count: int) -> list[Mapping]:
        from procmaps.engines import _scanner  # noqa: PLC0415 - only where it was built

        columns = self._columns
        values = (
            columns.start,
            columns.end,
            (_PERMS, columns.perms),
            columns.offset,
            (self._device, columns.major, columns.minor),
            columns.inode,
            (self._name, columns.name_index),
            *((columns.usage_row, (self,)) if self._has_usage else ((None,),)),
        )
        return _scanner.build(Mapping, MAPPING_SLOTS[: len(values)], values, first, count)

    def _build_here(self, first: int, count: int) -> list[Mapping]:
        columns, rows = self._columns, slice(first, first + count)
        values: tuple[Iterable[object], ...] = (
            columns.start[rows],
            columns.end[rows],
            map(_PERMS.__getitem__, columns.perms[rows]),
            columns.offset[rows],
            map(self._device, columns.major[rows], columns.minor[rows]),
            columns.inode[rows],
            map(self._name, columns.name_index[rows]),
            *(
                (columns.usage_row[rows], repeat(self, count))
                if self._has_usage
                else (repeat(None, count),)
            ),
        )
        records = [*map(object.__new__, repeat(Mapping, count))]
        for slot, column in zip(MAPPING_SLOTS, values, strict=False):
            fill = slot.__set__
            for record, value in zip(records, column, strict=True):
                fill(record, value)
        return records

    # --- usage ------------------------------------------------------------------------------------

    def _build_usage(self, row: int) -> Usage:
        table = self._columns.usage_table
        flags = table.flags_index[row] if row < len(table.flags_index) else ABSENT
        label = table.labels.get(row)
        texts = (
            None if label is None else self._parse_name(label),
            None if flags == ABSENT else self._vm_flags(flags),
            tuple(ExtraField(*line) for line in table.extra.get(row, ())),
        )
        return self._make_usage(row, texts)

    @functools.cached_property
    def _make_usage(self) -> MakeUsage:
        empty = array("Q")
        names = _USAGE_FIELDS[: -len(_TEXT_FIELDS)]
        columns = tuple(self._columns.usage_table.numbers.get(name, empty) for name in names)
        if self._native:
            from procmaps.engines import _scanner  # noqa: PLC0415 - only where it was built

            slots: tuple[MemberDescriptorType, ...] = attrgetter(*_USAGE_FIELDS)(Usage)
            return _scanner.UsageBuilder(Usage, slots, columns).build

        def make(row: int, texts: tuple[object, ...]) -> Usage:
            numbers = [column[row] if row < len(column) else MISSING for column in columns]
            fields: list[Any] = [None if number == MISSING else number for number in numbers]
            return Usage(*fields, *texts)

        return make
