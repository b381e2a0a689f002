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
from typing import Any, Final, TypeVar, cast

import attrs

from procmaps.engines.columns import Columns
from procmaps.engines.selection import engine
from procmaps.engines.usage_table import ABSENT, MISSING
from procmaps.formats.vm_flags import VmFlags
from procmaps.records.device import Device
from procmaps.records.mapping import Draft, Mapping
from procmaps.records.names import Name
from procmaps.records.perms import Perms
from procmaps.records.usage import ExtraField, Usage

CHUNK = 1024
"""Records made at once where all are asked for."""

Key = TypeVar("Key")
Value = TypeVar("Value")
Record = TypeVar("Record")


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
_LATE: Final = (*_MAPPING[:-1], *_slots(Mapping, "_source", "_row"))
"""What is set in a mapping whose usage comes late."""
_USAGE: Final = tuple(field.name for field in attrs.fields(Usage))
_TEXTS: Final = ("name", "vm_flags", "extra")
"""The last fields of `Usage`; all before them are numbers with a column each."""

Build = Callable[
    [type[Mapping], tuple[MemberDescriptorType, ...], tuple[object, ...], int, int], list[Mapping]
]

_PERMS: Final = tuple(map(Perms.from_flags, range(256)))
"""Every value of the column and its record."""


def _native_build() -> Build:
    from procmaps.engines import _scanner  # noqa: PLC0415 - only where it was built

    return _scanner.build


class RecordBuilder:
    """The records of one text. Those of usage come late: each is made when it is first read."""

    def __init__(self, columns: Columns, name_of: Callable[[bytes], Name]) -> None:
        """*name_of* makes the record of a name column."""
        texts, flags = columns.names.texts, columns.usage_table.flags.texts
        self._columns = columns
        self._name_of = name_of
        self._names = _Memo[int, Name](lambda place: name_of(texts[place]))
        self._devices = _Memo[tuple[int, int], Device](lambda numbers: Device(*numbers))
        self._flags = _Memo[int, VmFlags | None](lambda place: VmFlags(flags[place]))
        self._flags[ABSENT] = None
        self._usages = _Memo[int, Usage](self._usage)
        self._has_usage = columns.has_usage
        self._build = _native_build() if engine() == "native" else None

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
        first, behind, _ = rows.indices(len(columns))
        if self._build is not None:
            values = (
                columns.start,
                columns.end,
                (_PERMS, columns.perms),
                columns.offset,
                (self._devices, columns.major, columns.minor),
                columns.inode,
                (self._names, columns.name),
            )
            if self._has_usage:
                late = (*values, (self,), columns.usage_row)
                return self._build(Mapping, _LATE, late, first, behind - first)
            return self._build(Mapping, _MAPPING, (*values, (None,)), first, behind - first)
        device = zip(columns.major[rows], columns.minor[rows], strict=True)
        drafts = map(
            Draft,
            columns.start[rows],
            columns.end[rows],
            map(_PERMS.__getitem__, columns.perms[rows]),
            columns.offset[rows],
            map(self._devices.__getitem__, device),
            columns.inode[rows],
            map(self._names.__getitem__, columns.name[rows]),
            repeat(self if self._has_usage else None),
            columns.usage_row[rows],
        )
        return cast("list[Mapping]", [*drafts])

    def usage(self, body: int) -> Usage:
        """The smaps fields that stand in one row of the bodies; one record for all who share it."""
        return self._usages[body]

    def _usage(self, body: int) -> Usage:
        bodies = self._columns.usage_table
        flags = bodies.vm_flags[body] if body < len(bodies.vm_flags) else ABSENT
        label = bodies.labels.get(body)
        texts = (
            None if label is None else self._name_of(label),
            self._flags[flags],
            tuple(ExtraField(*line) for line in bodies.extra.get(body, ())),
        )
        return self._with_numbers(body, texts)

    @functools.cached_property
    def _with_numbers(self) -> Callable[[int, tuple[object, ...]], Usage]:
        """What makes a `Usage` of the numbers of a row and the fields that are none."""
        nothing = array("Q")
        names = _USAGE[: -len(_TEXTS)]
        columns = tuple(self._columns.usage_table.numbers.get(name, nothing) for name in names)
        if self._build is not None:
            from procmaps.engines import _scanner  # noqa: PLC0415 - only where it was built

            return _scanner.Rows(Usage, _slots(Usage, *_USAGE), columns).make

        def make(body: int, texts: tuple[object, ...]) -> Usage:
            values = [column[body] if body < len(column) else MISSING for column in columns]
            fields: list[Any] = [None if value == MISSING else value for value in values]
            return Usage(*fields, *texts)

        return make
