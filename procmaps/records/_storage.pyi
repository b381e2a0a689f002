# The C extension built from _c/. procmaps.records.python_storage does the same in Python.

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar, final

_T = TypeVar("_T")

@final
class Field: ...

@final
class ValuePool(Generic[_T]):
    def __new__(cls, make: Callable[[int], _T], size: int) -> ValuePool[_T]: ...
    def value(self, index: int, /) -> _T: ...

@final
class RecordTable(Generic[_T]):
    def __new__(
        cls,
        record: type[_T],
        fields: tuple[object, ...],
        columns: tuple[object, ...],
        rows: int,
        sparse: bool,
    ) -> RecordTable[_T]: ...
    def record(self, row: int, /) -> _T: ...
    def __iter__(self) -> Iterator[_T]: ...

@final
class KernelQuery(Generic[_T]):
    def __new__(
        cls,
        file: int,
        request: int,
        mapping: type,
        mapping_fields: tuple[object, ...],
        result: type[_T],
        result_fields: tuple[object, ...],
        perms: tuple[object, ...],
        make_device: Callable[[int, int], object],
        make_name: Callable[[bytes], object],
        method: object,
    ) -> KernelQuery[_T]: ...
    def find(self, address: int, or_next: bool, require: int, build_id: bool, /) -> _T | None: ...

def make_base(name: str, fields: tuple[str, ...], deferred: tuple[str, ...], /) -> type: ...
