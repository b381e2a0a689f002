"""The records of a text, made of its columns: many at once, or the one of a row.

Equal parts are one object: permissions, devices, names and flags are immutable, and a text repeats
them. With the native engine the records' slots are filled in C.
"""

from __future__ import annotations

import functools
from array import array
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from operator import attrgetter
from types import MemberDescriptorType
from typing import Final, TypeVar

import attrs

from procmaps import engines
from procmaps.columns import ABSENT, MISSING, Columns
from procmaps.names import Name
from procmaps.records import Device, ExtraField, Late, Mapping, Perms, Usage
from procmaps.vmflags import VmFlags

CHUNK = 1024
"""Records made at once where all are asked for."""

Key = TypeVar("Key")
Value = TypeVar("Value")


class _Memo(dict[Key, Value]):
    """Values made when they are first looked up."""

    def __init__(self, make: Callable[[Key], Value]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: Key) -> Value:
        value = self[key] = self._make(key)
        return value


def _slots(record: type, *names: str) -> tuple[MemberDescriptorType, ...]:
    return attrgetter(*names)(record)


_MAPPING: Final = _slots(Mapping, *(field.name for field in attrs.fields(Mapping)))
_LATE: Final = _slots(Usage, "_source", "_row")
_NAME, _FLAGS, _EXTRA = _slots(Usage, "name", "vm_flags", "extra")
_NUMBERS: Final = tuple(
    field.name for field in attrs.fields(Usage) if field.name not in ("name", "vm_flags", "extra")
)
"""The fields of `Usage` that have a column of numbers."""

_PERMS: Final = tuple(map(Perms.from_bits, range(128)))
"""Every value of the column and its record."""



class Rows:
    """The records of one text. `Usage` records come late: they are filled when they are read."""

    def __init__(self, columns: Columns, name_of: Callable[[bytes], Name]) -> None:
        """*name_of* makes the record of a name column."""
        texts, flags = columns.names.texts, columns.flags.texts
        self._columns = columns
        self._name_of = name_of
        self._names = _Memo[int, Name](lambda place: name_of(texts[place]))
        self._devices = _Memo[tuple[int, int], Device](lambda numbers: Device(*numbers))
        self._flags = _Memo[int, VmFlags | None](lambda place: VmFlags(flags[place]))
        self._flags[ABSENT] = None
        self._has_usage = columns.has_usage
        self._native = engines.extension()

    def __iter__(self) -> Iterator[Mapping]:
        """Every record, a chunk made at a time."""
        firsts = range(0, len(self._columns), CHUNK)
        return chain.from_iterable(self._some(slice(first, first + CHUNK)) for first in firsts)

    def mapping(self, row: int) -> Mapping:
        """The record of one row."""
        (record,) = self._some(slice(row, row + 1))
        return record

    def _some(self, rows: slice) -> list[Mapping]:
        """The records of some rows, column by column."""
        columns = self._columns
        values = (
            columns.start[rows],
            columns.end[rows],
            map(_PERMS.__getitem__, columns.perms[rows]),
            columns.offset[rows],
            map(self._devices.__getitem__, zip(columns.major[rows], columns.minor[rows])),
            columns.inode[rows],
            map(self._names.__getitem__, columns.name[rows]),
            self._usages(rows) if self._has_usage else repeat(None),
        )
        return self._native.build(Mapping, _MAPPING, values) if self._native else [*map(Mapping, *values)]

    def _usages(self, rows: slice) -> list[Usage]:
        count = range(*rows.indices(len(self._columns)))
        if self._native:
            return self._native.build(Usage, _LATE, (repeat(self), count))
        return [*map(self._usage, count)]

    def _usage(self, row: int) -> Usage:
        usage = Usage.__new__(Usage)
        for slot, value in zip(_LATE, (self, row), strict=True):
            slot.__set__(usage, value)
        return usage

    def fill(self, record: Late, row: int) -> None:
        """Set every field of a `Usage` to what *row* says."""
        columns = self._columns
        self._numbers(record, row)
        flags = columns.vm_flags[row] if row < len(columns.vm_flags) else ABSENT
        label = columns.labels.get(row)
        _NAME.__set__(record, None if label is None else self._name_of(label))
        _FLAGS.__set__(record, self._flags[flags])
        extra = columns.extra.get(row, ())
        _EXTRA.__set__(record, tuple(ExtraField(*line) for line in extra))

    @functools.cached_property
    def _numbers(self) -> Callable[[Late, int], None]:
        """What fills a record's fields that have a column."""
        nothing = array("Q")
        columns = tuple(self._columns.usage.get(name, nothing) for name in _NUMBERS)
        slots = _slots(Usage, *_NUMBERS)
        if self._native:
            return self._native.Rows(slots, columns).fill
        setters = [(slot.__set__, column) for slot, column in zip(slots, columns, strict=True)]

        def fill(record: Late, row: int) -> None:
            for put, column in setters:
                value = column[row] if row < len(column) else MISSING
                put(record, None if value == MISSING else value)

        return fill
