"""Records in slots, and how they are made of columns: what ``_c/`` does, in Python.

`procmaps.records.storage` selects one of the two. ``tests/records/storage/`` compares them.
"""

from __future__ import annotations

import functools
from array import array
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, repeat
from types import MemberDescriptorType
from typing import Any, Generic, TypeAlias, TypeVar, cast

T = TypeVar("T")

CHUNK = 1024
"""Records that are made at once if all are wanted."""

MAX_SHARED = 1024
"""Results of one function that are kept to be shared.

The numbers are those of a text, and whoever wrote it can choose them so that they collide in a
dictionary: Python's hash of integers has no key. In a small one that costs a constant.
"""


class ValuePool(dict[int, T], Generic[T]):
    """Values by index. Each is made when it is first asked for."""

    def __init__(self, make: Callable[[int], T], size: int) -> None:
        super().__init__()
        self._make = make
        self._size = size

    def __missing__(self, index: int) -> T:
        if not 0 <= index < self._size:
            raise IndexError(f"index {index} in a pool of {self._size} values")
        # Another thread may have made it meanwhile. All must get the same one.
        return self.setdefault(index, self._make(index))

    def value(self, index: int) -> T:
        """Return the value at *index*. Raises `IndexError`."""
        return self[index]


# --- fields ---------------------------------------------------------------------------------------


class Deferred:
    """The descriptor of a field whose slot may contain the index of a value in a pool."""

    def __init__(self, slot: MemberDescriptorType, pool: MemberDescriptorType) -> None:
        """*pool* is the slot of the `ValuePool`, which is set until the value is made."""
        self.slot = slot
        self.pool = pool

    def __get__(self, record: object, owner: type | None = None) -> object:
        if record is None:
            return self
        value = self.slot.__get__(record)
        if not isinstance(value, int):
            return value
        try:
            pool: ValuePool[object] = self.pool.__get__(record)
        except AttributeError:
            # Either a caller set an int, or another thread has made the value just now.
            return self.slot.__get__(record)
        made = pool[value]
        self.__set__(record, made)
        return made

    def __set__(self, record: object, value: object) -> None:
        self.slot.__set__(record, value)
        self._release_pool(record)

    def __delete__(self, record: object) -> None:
        self.slot.__delete__(record)
        self._release_pool(record)

    def _release_pool(self, record: object) -> None:
        """Drop the pool, because it keeps a whole text alive."""
        try:
            self.pool.__delete__(record)
        except AttributeError:
            return


def make_base(name: str, fields: tuple[str, ...], deferred: tuple[str, ...]) -> type:
    """Return a base class whose instances have *fields*.

    Those named in *deferred*, too, may be filled by a `RecordTable` with the index of a value in a
    `ValuePool`.
    """
    module, _, bare = name.rpartition(".")
    pools = tuple(f"_{field}_pool" for field in deferred)
    base = type(bare, (), {"__slots__": (*fields, *pools), "__module__": module})
    for field, pool in zip(deferred, pools, strict=True):
        setattr(base, field, Deferred(getattr(base, field), getattr(base, pool)))
    return base


# --- tables ---------------------------------------------------------------------------------------

Field: TypeAlias = MemberDescriptorType | Deferred
# Before 3.12, array takes no parameter at run time.
Numbers: TypeAlias = "array[int]"
Column: TypeAlias = "Numbers | tuple[Any, ...]"
Values: TypeAlias = Callable[[range], Iterable[object]]
"""Returns the values of a field for some adjacent rows."""


class RecordTable(Generic[T]):
    """Records of a class, one for each row. ``__init__`` is not called.

    Each field has a column in one of five forms:

    ``numbers``                     the number in the row
    ``(pool, numbers)``             the value of a `ValuePool` at the number
    ``(function, numbers, ...)``    the function's result for the numbers of one array or two; most
                                    equal numbers share a result
    ``(function, rows, value)``     the function's result for a row that is among the sorted *rows*;
                                    the value for other rows
    ``(value,)``                    the value

    If *sparse*, a row after the end of an array, and a number with all bits set, give None.
    Otherwise each array must have a number for each row.
    """

    def __init__(
        self,
        record: type[T],
        fields: tuple[Field, ...],
        columns: tuple[Column, ...],
        rows: int,
        sparse: bool,  # noqa: FBT001 - the C type takes it by position, too
    ) -> None:
        self._record = record
        self._rows = rows
        self._sparse = sparse
        self._columns: list[tuple[MemberDescriptorType, Values]] = []
        for field, column in zip(fields, columns, strict=True):
            self._columns += self._slots(field, column)

    def record(self, row: int) -> T:
        """Make the record of *row*. Raises `IndexError`."""
        if not 0 <= row < self._rows:
            raise IndexError(f"row {row} in a table of {self._rows} rows")
        (record,) = self._make(range(row, row + 1))
        return record

    def __iter__(self) -> Iterator[T]:
        rows = range(self._rows)
        chunks = (rows[first : first + CHUNK] for first in range(0, self._rows, CHUNK))
        return chain.from_iterable(map(self._make, chunks))

    def _make(self, rows: range) -> list[T]:
        records = [*map(self._record.__new__, repeat(self._record, len(rows)))]
        for slot, values in self._columns:
            # The quickest loop that calls a function and drops its results.
            deque(map(slot.__set__, records, values(rows)), maxlen=0)
        return records

    # --- columns ----------------------------------------------------------------------------------

    def _slots(self, field: Field, column: Column) -> Iterator[tuple[MemberDescriptorType, Values]]:
        """Yield the slots to fill for a field, and their values."""
        if isinstance(field, MemberDescriptorType):
            yield field, self._values(column)
            return
        if isinstance(column, tuple) and isinstance(column[0], ValuePool):
            pool, numbers = cast("tuple[ValuePool[Any], Numbers]", column)
            yield field.pool, _same(pool)
            yield field.slot, _numbers(numbers)
        else:
            yield field.slot, self._values(column)

    def _values(self, column: Column) -> Values:
        if isinstance(column, array):
            return self._numbers(column)
        maker, *arrays = column
        if not arrays:
            return _same(maker)
        if not isinstance(arrays[-1], array):
            return _listed(maker, *arrays)
        make: Callable[..., object] = (
            maker.__getitem__
            if isinstance(maker, ValuePool)
            else functools.lru_cache(MAX_SHARED)(maker)
        )
        if self._sparse:
            return _optional(make, self._numbers(arrays[0]))
        return _called(make, arrays)

    def _numbers(self, numbers: Numbers) -> Values:
        if not self._sparse:
            return _numbers(numbers)
        nothing = (1 << 8 * numbers.itemsize) - 1

        def values(rows: range) -> Iterable[int | None]:
            found = [None if n == nothing else n for n in numbers[rows.start : rows.stop]]
            return found + [None] * (len(rows) - len(found))

        return values


def _same(value: object) -> Values:
    return lambda rows: repeat(value, len(rows))


def _numbers(numbers: Numbers) -> Values:
    return lambda rows: numbers[rows.start : rows.stop]


def _called(maker: Callable[..., object], arrays: Iterable[Numbers]) -> Values:
    return lambda rows: map(maker, *(numbers[rows.start : rows.stop] for numbers in arrays))


def _optional(maker: Callable[..., object], numbers: Values) -> Values:
    def values(rows: range) -> Iterator[object]:
        return (None if number is None else maker(number) for number in numbers(rows))

    return values


def _listed(maker: Callable[[int], object], listed: Numbers, value: object) -> Values:
    def is_listed(row: int) -> bool:
        index = bisect_left(listed, row)
        return index < len(listed) and listed[index] == row

    return lambda rows: (maker(row) if is_listed(row) else value for row in rows)
